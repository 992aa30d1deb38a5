namespace SecureStreams.Policy;

/// <summary>One kind of finding: a row of <see cref="PolicyDiagnosticTable"/>.</summary>
/// <param name="Id"><c>SSPnnnn</c>; stable, never reused.</param>
/// <param name="Severity">Its severity when the load is not strict.</param>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Fix">What to do about it.</param>
public sealed record PolicyDiagnosticInfo(string Id, PolicySeverity Severity, string Title, string Fix)
{
    /// <summary>What it means, and why it matters.</summary>
    public required string Explanation { get; init; }

    /// <summary>A small policy that is answered with it; null where none can be shown, and <see cref="NoExample"/> then says why.</summary>
    public string? Example { get; init; }

    /// <summary>Why there is no <see cref="Example"/>; null when there is one.</summary>
    public string? NoExample { get; init; }

    /// <summary>How the example must be loaded to be answered with it.</summary>
    internal PolicyLoadOptions ExampleOptions { get; init; } = new();

    /// <summary>The circumstances that <see cref="ExampleOptions"/> stands for, in words; empty for none.</summary>
    internal string ExampleNote { get; init; } = "";
}
