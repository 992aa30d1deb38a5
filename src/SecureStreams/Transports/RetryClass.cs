namespace SecureStreams.Transports;

/// <summary>How a failure is retried.</summary>
internal enum RetryClass
{
    /// <summary>The network or the peer failed: the back-off table, from its beginning.</summary>
    Transient,

    /// <summary>The peer said when to come back: the later of that and the back-off table.</summary>
    Busy,

    /// <summary>Trust or credentials were refused. People have to act first, so quick retries are pointless and look like an attack: the longest delay of the table at once.</summary>
    Identity,

    /// <summary>The policy asks for what cannot be had: not retried.</summary>
    Configuration,
}
