namespace SecureStreams;

/// <summary>One kind of failure that a trial met. Immutable.</summary>
/// <param name="Phase">Where it arose.</param>
/// <param name="Code">What happened.</param>
/// <param name="Count">How often.</param>
/// <param name="Detail">The last one, for operators: what happened where, and the policy value that decided; null when there is none. A longer text of a peer is cut off in it.</param>
public sealed record SsPolicyTrialCause(SsPhase Phase, SsCauseCode Code, int Count, SsDetail? Detail)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{Count} x {Phase}/{Code}{(Detail is null ? "" : $": {Detail.Message}")}{(Detail?.Policy is { } at ? $" [{at}]" : "")}";
}
