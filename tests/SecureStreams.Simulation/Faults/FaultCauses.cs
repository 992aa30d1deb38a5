namespace SecureStreams.Simulation.Faults;

/// <summary>Which causes each fault may have: what an operator must be told.</summary>
internal static class FaultCauses
{
    // Whatever keeps an answer away without a word shows as time running out, and nothing else.
    private const FaultKind Silent = FaultKind.BlackHole | FaultKind.HalfOpen | FaultKind.OneWay | FaultKind.Suspend;

    /// <summary>The faults that explain a cause; none when nothing that is ever injected does.</summary>
    public static FaultKind Explaining(SsPhase phase, SsCauseCode code) => (phase, code) switch
    {
        (SsPhase.Names, SsCauseCode.NameNotFound) => FaultKind.NameNotFound,
        (SsPhase.Names, SsCauseCode.NameResolutionFailed) => FaultKind.ResolverDead,
        (SsPhase.Connect, SsCauseCode.ConnectionRefused) => FaultKind.Refused | FaultKind.PeerRestart,
        (SsPhase.Connect, SsCauseCode.NetworkUnreachable) => FaultKind.Unreachable,
        (SsPhase.Timeout, SsCauseCode.ConnectTimeout) => Silent | FaultKind.ResolverSlow | FaultKind.ConnectDropped | FaultKind.Stall,
        (SsPhase.Timeout, SsCauseCode.PeerUnresponsive) => Silent | FaultKind.Stall,
        (SsPhase.Timeout, SsCauseCode.InactivityTimeout) => Silent,
        (SsPhase.Peer, SsCauseCode.ConnectionReset) => FaultKind.Reset | FaultKind.PeerRestart | FaultKind.OneWay,
        (SsPhase.Peer, SsCauseCode.PeerClosed) => FaultKind.PeerClose,
        (SsPhase.Peer, SsCauseCode.PeerRefused) => FaultKind.PeerRefuses,
        (SsPhase.Peer, SsCauseCode.PeerBusy) => FaultKind.PeerBusy,
        (SsPhase.Protocol, SsCauseCode.ProtocolError) => FaultKind.Garbage,
        (SsPhase.Payload, SsCauseCode.PayloadTruncated) => FaultKind.Truncated,
        _ => FaultKind.None,
    };
}
