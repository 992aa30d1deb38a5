namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>What a session may hold.</summary>
internal sealed record MqttSessionLimits
{
    /// <summary>Messages in flight at most; a broker's smaller Receive Maximum wins. At least 1.</summary>
    public int Window { get; init; } = MqttSessionDefaults.Window;

    /// <summary>Of these, messages of QoS 2 at most, from PUBLISH to PUBCOMP. At least 1.</summary>
    public int ExactlyOnceWindow { get; init; } = int.MaxValue;

    /// <summary>Messages held at most, in flight and waiting.</summary>
    public int MostMessages { get; init; } = MqttSessionDefaults.MostMessages;

    /// <summary>Bytes of topics, properties and payload held at most; a single larger message is held where the session holds none.</summary>
    public long MostBytes { get; init; } = MqttSessionDefaults.MostBytes;
}
