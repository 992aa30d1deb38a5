namespace SecureStreams.Tests.Facades;

/// <summary>One public member that is awaited.</summary>
/// <param name="Member">Type, name and parameter types, as <see cref="AwaitTable.KeyOf"/> writes them.</param>
/// <param name="Start">Begins it, on a bench of its own, as often as it is called. It waits until the bench is released, unless <paramref name="Waits"/> is false.</param>
internal sealed record AwaitRow(string Member, Func<FacadeBench, CancellationToken, Task> Start)
{
    /// <summary>Whether it takes a token, given directly or before.</summary>
    public bool TakesToken { get; init; } = true;

    /// <summary>Whether it waits for the peer; what does not completes by itself.</summary>
    public bool Waits { get; init; } = true;

    /// <summary>Whether a call after another has ended can succeed: not once the thing is disposed.</summary>
    public bool Repeats { get; init; } = true;

    /// <summary>Whether it waits for the very stream in whose callback the table calls it.</summary>
    public bool RefusedInCallback { get; init; } = true;

    /// <summary>The streamtype whose stream it is about.</summary>
    public string StreamType { get; init; } = "chat";

    public override string ToString() => Member;
}
