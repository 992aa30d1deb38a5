namespace SecureStreams.Policy;

/// <summary>What a change of an attribute asks of streams that run.</summary>
public enum PolicyImpact
{
    /// <summary>Takes effect on the running connection, or on the running listener.</summary>
    Live = 0,

    /// <summary>Takes effect at the next connection attempt, accepted connection or transaction; connections that stand are left alone.</summary>
    NextAttempt,

    /// <summary>The connection is replaced.</summary>
    Reconnect,

    /// <summary>The stream, or the listener, is created anew.</summary>
    Recreate,
}
