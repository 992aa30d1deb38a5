namespace SecureStreams.Transports.Mqtt;

/// <summary>What a stream's attempt asks its connection for, by a post.</summary>
internal enum MqttRequest
{
    /// <summary>To take it in.</summary>
    Attach,

    /// <summary>To say when all that was sent is answered: the stream then lets go.</summary>
    Finish,

    /// <summary>To let it go.</summary>
    Detach,

    /// <summary>To give the peer up: the stream takes it for dead.</summary>
    Abort,

    /// <summary>To send what was handed over.</summary>
    Send,

    /// <summary>To look again whether reading may go on, or must rest.</summary>
    Flow,

    /// <summary>To ask the broker for a sign of life.</summary>
    Ping,

    /// <summary>The attempt has had its time.</summary>
    TimedOut,
}
