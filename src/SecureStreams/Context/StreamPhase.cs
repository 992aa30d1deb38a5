namespace SecureStreams;

/// <summary>What a stream is doing, as far as a change of its policy asks.</summary>
internal enum StreamPhase
{
    /// <summary>Nothing, until the application acts.</summary>
    Idle,

    /// <summary>Nothing, because its attempts were used up.</summary>
    GivenUp,

    /// <summary>It waits for its next attempt.</summary>
    Waiting,

    /// <summary>An attempt at a connection that lasts is under way.</summary>
    Attempting,

    /// <summary>It has a connection that lasts.</summary>
    Connected,

    /// <summary>A request is under way, or its answer.</summary>
    InTransaction,

    /// <summary>A listener accepted it: it lives and dies with its connection.</summary>
    Accepted,

    /// <summary>It is gone.</summary>
    Destroyed,
}
