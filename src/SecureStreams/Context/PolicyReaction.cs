using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// Decides what a change of its policy does to a stream: a pure function, asked by plans from outside and by streams when the change has come, so that the two cannot
/// disagree.
/// </summary>
internal static class PolicyReaction
{
    /// <summary>The action, and the impact class that led to it.</summary>
    /// <param name="held">The policy that its connection or attempt was made under, or would have been.</param>
    /// <param name="seen">The policy in force that it last took notice of; null where it noticed that there is none.</param>
    /// <param name="now">The policy in force from now on; null when its streamtype is gone.</param>
    /// <param name="situation">What it is doing.</param>
    public static (SsPolicyAction Action, PolicyImpact Impact) Of(StreamTypePolicy held, StreamTypePolicy? seen, StreamTypePolicy? now, StreamSituation situation)
    {
        if (situation.Phase == StreamPhase.Destroyed || Equals(seen, now))
            return (SsPolicyAction.None, PolicyImpact.Live);
        var step = now is null ? null : PolicyStep.Between(held, now);
        var impact = step?.Impact ?? PolicyImpact.Live;
        if (situation.Phase == StreamPhase.Accepted)
            return (OfAccepted(step), impact);
        if (now is null || IsNoClient(now))
            return (OfGone(situation.Phase), PolicyImpact.Recreate);
        return (situation.Phase switch
        {
            StreamPhase.Idle when now.NailedUp && !(seen ?? held).NailedUp => SsPolicyAction.AttemptNow,
            StreamPhase.GivenUp when now.NailedUp => SsPolicyAction.AttemptNow,
            _ when impact == PolicyImpact.Live => SsPolicyAction.Live,
            _ when impact == PolicyImpact.NextAttempt => SsPolicyAction.NextAttempt,
            StreamPhase.Waiting or StreamPhase.Attempting => SsPolicyAction.AttemptNow,
            StreamPhase.InTransaction => SsPolicyAction.AfterTransaction,
            StreamPhase.Connected => MayOverlap(held, now, impact, situation) ? SsPolicyAction.Replace : SsPolicyAction.Reconnect,
            _ => SsPolicyAction.NextAttempt,
        }, impact);
    }

    /// <summary>Whether streams of it are made by listeners and not by applications.</summary>
    public static bool IsNoClient(StreamTypePolicy policy) => policy is { Server: true, LocalSink: false };

    /// <summary>Whether a stream of it makes a request at a time, and no connection that lasts.</summary>
    public static bool IsTransactional(StreamTypePolicy policy) => !policy.LocalSink && (policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3);

    private static SsPolicyAction OfGone(StreamPhase phase) => phase switch
    {
        // Nothing is under way that could end; an attempt would say why it cannot be.
        StreamPhase.Idle or StreamPhase.GivenUp => SsPolicyAction.NextAttempt,
        StreamPhase.InTransaction => SsPolicyAction.AfterTransaction,
        _ => SsPolicyAction.End,
    };

    // Its connection is the peer's, and what it was accepted under holds for as long as it lives.
    private static SsPolicyAction OfAccepted(PolicyStep? step) => step is { Impact: PolicyImpact.Live } ? SsPolicyAction.Live : SsPolicyAction.None;

    /// <summary>
    /// Whether two connections of one stream may stand for a moment. Messages of ws are whole or not at all, so that the one can end behind a message and the other begin with
    /// one. Bytes of raw have no such place, unless the handler says that it knows one. A broker lets one connection of a client in. What is declared as metadata belongs to
    /// one connection at a time.
    /// </summary>
    private static bool MayOverlap(StreamTypePolicy held, StreamTypePolicy now, PolicyImpact impact, StreamSituation situation) =>
        impact == PolicyImpact.Reconnect && !held.LocalSink && !now.LocalSink && (now.Protocol is WireProtocol.WebSocket or WireProtocol.Mqtt or WireProtocol.Raw) &&
        (held.Protocol == WireProtocol.WebSocket || (held.Protocol == WireProtocol.Raw && situation.PermitsOverlap));
}
