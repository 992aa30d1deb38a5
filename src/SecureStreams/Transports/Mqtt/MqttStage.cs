namespace SecureStreams.Transports.Mqtt;

/// <summary>Where a stream stands with its connection.</summary>
internal enum MqttStage
{
    /// <summary>It waits for a connection that the broker has accepted.</summary>
    Waiting,

    /// <summary>It waits for its subscriptions, or for the message at connection to be acknowledged.</summary>
    Opening,

    /// <summary>It is connected.</summary>
    Connected,

    /// <summary>It has left, or the connection has ended.</summary>
    Left,
}
