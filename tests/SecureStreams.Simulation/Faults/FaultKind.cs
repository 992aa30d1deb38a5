namespace SecureStreams.Simulation.Faults;

/// <summary>What the simulation does to a network, a peer, a machine. A set of them is kept as bits.</summary>
[Flags]
internal enum FaultKind
{
    None = 0,

    /// <summary>The path takes longer from now on.</summary>
    Latency = 1 << 0,

    /// <summary>A lost packet: what is sent next comes late.</summary>
    Loss = 1 << 1,

    /// <summary>A connection is reset.</summary>
    Reset = 1 << 2,

    /// <summary>A connection passes nothing for a while, without an error.</summary>
    BlackHole = 1 << 3,

    /// <summary>The peer is gone without a word; what is written vanishes.</summary>
    HalfOpen = 1 << 4,

    /// <summary>One direction of a connection passes nothing any more.</summary>
    OneWay = 1 << 5,

    /// <summary>Bytes come one by one.</summary>
    Dribble = 1 << 6,

    /// <summary>The name does not exist.</summary>
    NameNotFound = 1 << 7,

    /// <summary>The resolver fails.</summary>
    ResolverDead = 1 << 8,

    /// <summary>The resolver does not answer in time.</summary>
    ResolverSlow = 1 << 9,

    /// <summary>Nobody listens.</summary>
    Refused = 1 << 10,

    /// <summary>No route.</summary>
    Unreachable = 1 << 11,

    /// <summary>Connecting gets no answer at all.</summary>
    ConnectDropped = 1 << 12,

    /// <summary>The peer accepts and says nothing.</summary>
    Stall = 1 << 13,

    /// <summary>The peer refuses after connecting.</summary>
    PeerRefuses = 1 << 14,

    /// <summary>The peer asks to come back later, with or without saying when.</summary>
    PeerBusy = 1 << 15,

    /// <summary>The peer sends what is no frame.</summary>
    Garbage = 1 << 16,

    /// <summary>The peer ends in the middle of what it sends.</summary>
    Truncated = 1 << 17,

    /// <summary>The wall clock is set.</summary>
    ClockJump = 1 << 18,

    /// <summary>The machine sleeps.</summary>
    Suspend = 1 << 19,

    /// <summary>The peer's program restarts: its connections are reset, and for a while nobody listens.</summary>
    PeerRestart = 1 << 20,

    /// <summary>The peer closes in order.</summary>
    PeerClose = 1 << 21,
}
