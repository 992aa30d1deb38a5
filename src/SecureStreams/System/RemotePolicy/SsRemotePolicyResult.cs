namespace SecureStreams;

/// <summary>What one fetch of the policy came to. Immutable.</summary>
public sealed record SsRemotePolicyResult
{
    internal SsRemotePolicyResult()
    {
    }

    /// <summary>How it ended.</summary>
    public required SsRemotePolicyOutcome Outcome { get; init; }

    /// <summary>Where the document was found wanting; <see cref="SsRemotePolicyStage.None"/> when it was not.</summary>
    public SsRemotePolicyStage Stage { get; init; }

    /// <summary>Why, in a sentence; empty when all is well. For operators; no secrets.</summary>
    public string Message { get; init; } = "";

    /// <summary>What the loader says of the document, <c>file(line,col): error SSPnnnn: ...</c>.</summary>
    public IReadOnlyList<string> Diagnostics { get; init; } = [];

    /// <summary>The <c>policy_revision</c> of the document; null when it has none or was not read so far.</summary>
    public long? Revision { get; init; }

    /// <summary>The SHA-256 of the document in hexadecimal; null when none came whole.</summary>
    public string? Hash { get; init; }

    /// <summary>Whether it is on disk, so that the next start begins with it.</summary>
    public bool Stored { get; init; }

    /// <summary>Why it is not, when it should be: no folder, a full disk.</summary>
    public string? StoreProblem { get; init; }

    /// <summary>What putting it in force did; null when it did not come to that.</summary>
    public SsPolicyUpdate? Update { get; init; }

    /// <summary>One line.</summary>
    public override string ToString() => Stage == SsRemotePolicyStage.None ? $"{Outcome}" : $"{Outcome} ({Stage}): {Message}";
}
