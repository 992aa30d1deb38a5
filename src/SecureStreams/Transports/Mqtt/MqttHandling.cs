namespace SecureStreams.Transports.Mqtt;

/// <summary>What became of a piece that was offered to a stream.</summary>
internal enum MqttHandling
{
    /// <summary>The stream cannot take it now: it has to wait in its queue.</summary>
    Busy,

    /// <summary>The stream has taken it.</summary>
    Taken,

    /// <summary>The stream has had it and could do nothing with it: its handler threw.</summary>
    Failed,
}
