namespace SecureStreams;

/// <summary>What a transmit callback asks for.</summary>
public enum SsTransmitResult
{
    /// <summary>Send what was committed (lws <c>OK</c>).</summary>
    Send = 0,

    /// <summary>Send nothing, not even what was committed; call again after the next transmit request (lws <c>TX_DONT_SEND</c>).</summary>
    Nothing = 1,

    /// <summary>Drop what was committed in this callback and close the connection.</summary>
    Disconnect = -1,

    /// <summary>Drop what was committed in this callback and destroy the stream.</summary>
    Destroy = -2,
}
