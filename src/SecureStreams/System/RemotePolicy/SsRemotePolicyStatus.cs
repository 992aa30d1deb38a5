namespace SecureStreams;

/// <summary>How things stand with a context's remote policy at one moment. Immutable.</summary>
public sealed record SsRemotePolicyStatus
{
    internal SsRemotePolicyStatus()
    {
    }

    /// <summary>Where the policy comes from that the remote side put in force last. The program may have put another in its place since.</summary>
    public SsRemotePolicySource Source { get; init; }

    /// <summary>Its <c>policy_revision</c>; null when it has none.</summary>
    public long? Revision { get; init; }

    /// <summary>Its <c>policy_expires</c>; null when it has none.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether that has passed: it goes on running, and somebody should see to it.</summary>
    public bool IsExpired { get; init; }

    /// <summary>Whether it is on disk. False for the program's own, which need not be.</summary>
    public bool Stored { get; init; }

    /// <summary>Why it is not on disk when it should be; null otherwise.</summary>
    public string? StoreProblem { get; init; }

    /// <summary>When the last fetch ended; null before the first.</summary>
    public DateTimeOffset? LastFetch { get; init; }

    /// <summary>What it came to; null before the first.</summary>
    public SsRemotePolicyResult? LastResult { get; init; }

    /// <summary>When a fetch last said what the policy is: <see cref="SsRemotePolicyOutcome.Applied"/> or <see cref="SsRemotePolicyOutcome.Unchanged"/>; null before the first.</summary>
    public DateTimeOffset? LastContact { get; init; }

    /// <summary>When the next fetch begins; null while one is under way and after the end of the context.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>The fetches in a row that failed.</summary>
    public int Failures { get; init; }

    /// <summary>What an operator should look at, a sentence; null when all is well. For a health check: something here is degraded, never dead, since the policy in force runs.</summary>
    public string? Concern =>
        IsExpired ? $"The policy in force expired at {Expires:yyyy-MM-dd HH:mm:ss}Z; it goes on running until a newer one comes."
        : StoreProblem is not null ? $"The policy in force is not on disk: {StoreProblem}"
        : LastResult is { Stage: not SsRemotePolicyStage.None } result ? $"The last fetch of the policy came to nothing: {result}"
        : null;
}
