namespace SecureStreams;

/// <summary>How the trial of a policy ended, and by what evidence. Immutable; bounded in size.</summary>
public sealed record SsPolicyTrialResult
{
    /// <summary>How many streamtypes are reported at most: those that failed first.</summary>
    public const int MaxStreamTypes = 32;

    /// <summary>How it ended: never <see cref="SsPolicyTrialState.Running"/> or <see cref="SsPolicyTrialState.Reverting"/>.</summary>
    public required SsPolicyTrialState State { get; init; }

    /// <summary>What was tried, as <see cref="SsPolicyUpdate.Overlay"/> calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The number that the policy on trial had.</summary>
    public required long TriedRevision { get; init; }

    /// <summary>The number of the policy in force when the trial was decided: that of the policy before, put back, when it was reverted.</summary>
    public required long Revision { get; init; }

    /// <summary>Whether somebody decided it by hand: <see cref="LocalContext.ConfirmTrial"/>, <see cref="LocalContext.RevertTrial"/>.</summary>
    public required bool ByHand { get; init; }

    /// <summary>Why it ended so, in a line.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was decided, by the context's clock.</summary>
    public required DateTimeOffset DecidedAt { get; init; }

    /// <summary>What was seen until it was decided, streamtype by streamtype: what failed first. At most <see cref="MaxStreamTypes"/>.</summary>
    public required IReadOnlyList<SsPolicyTrialEvidence> Evidence { get; init; }

    /// <summary>How many streamtypes of the evidence are left out.</summary>
    public required int Omitted { get; init; }

    /// <summary>
    /// After a revert: whether every stream and listener that the trial had touched, and that was connected before, is so again. Null when nothing was reverted, and when another change
    /// or the end of the context came before that was known.
    /// </summary>
    public required bool? Recovered { get; init; }

    /// <summary>After a revert: the streamtypes that are not as they were, and why; empty when all are. At most <see cref="MaxStreamTypes"/>.</summary>
    public required IReadOnlyList<SsPolicyTrialEvidence> NotRecovered { get; init; }

    /// <summary>Several lines.</summary>
    public override string ToString()
    {
        var lines = new List<string> { $"trial of '{Name}' (revision {TriedRevision}): {State}, revision {Revision} is in force: {Reason}" };
        lines.AddRange(Evidence.Select(static one => $"  {(one.IsHealthy ? "well" : "FAILED")} {one}"));
        if (Omitted > 0)
            lines.Add($"  and {Omitted} streamtypes more");
        if (State == SsPolicyTrialState.Reverted)
            lines.Add(Recovered switch { true => "  everything is as it was", false => "  NOT everything is as it was:", _ => "  whether everything is as it was is not known" });
        lines.AddRange(NotRecovered.Select(static one => $"    {one}"));
        return string.Join('\n', lines);
    }
}
