namespace SecureStreams.TestSupport.Handlers;

/// <summary>Which callback was recorded.</summary>
public enum RecordedKind
{
    /// <summary><see cref="SecureStreamHandler.OnState"/>.</summary>
    State,

    /// <summary><see cref="SecureStreamHandler.OnReceive"/>.</summary>
    Receive,

    /// <summary><see cref="SecureStreamHandler.OnTransmit"/>.</summary>
    Transmit,
}
