namespace SecureStreams;

/// <summary>
/// A policy on trial: it is in force, and is taken back by itself unless what it touches works. See <c>docs/live-policy.md</c>. Safe from any thread.
/// </summary>
public sealed class SsPolicyTrial
{
    private readonly PolicyTrial _trial;

    internal SsPolicyTrial(PolicyTrial trial) => _trial = trial;

    /// <summary>How far it is.</summary>
    public SsPolicyTrialState State => _trial.State;

    /// <summary>What is tried, as <see cref="SsPolicyUpdate.Overlay"/> calls it.</summary>
    public string Name => _trial.Name;

    /// <summary>The number of the policy on trial.</summary>
    public long Revision => _trial.Revision;

    /// <summary>What it has to come up to.</summary>
    public SsPolicyTrialOptions Options => _trial.Options;

    /// <summary>When it ends at the latest, by the context's clock. A revert can come at any time before.</summary>
    public DateTimeOffset Deadline => _trial.Deadline;

    /// <summary>
    /// Completes when it is over, never with an exception; what awaits it never runs inside the runtime. After a revert: once everything is as it was before, or the same time again has
    /// passed, at most a minute.
    /// </summary>
    public Task<SsPolicyTrialResult> Completion => _trial.Completion;

    /// <summary>What has been seen so far, streamtype by streamtype: what fails first. After the decision: what it was made by.</summary>
    /// <returns>At most <see cref="SsPolicyTrialResult.MaxStreamTypes"/>.</returns>
    public IReadOnlyList<SsPolicyTrialEvidence> Evidence() => _trial.Evidence();

    /// <summary>One line.</summary>
    public override string ToString() => $"trial of '{Name}' (revision {Revision}) until {Deadline:u}: {State}";
}
