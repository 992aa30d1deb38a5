namespace SecureStreams.Policy;

/// <summary>What a change of an attribute asks of streams that run.</summary>
public enum PolicyImpact
{
    /// <summary>Takes effect on the running connection.</summary>
    Live = 0,

    /// <summary>Takes effect at the next connection attempt or transaction.</summary>
    NextAttempt,

    /// <summary>The connection is replaced.</summary>
    Reconnect,

    /// <summary>The stream is created anew.</summary>
    Recreate,
}
