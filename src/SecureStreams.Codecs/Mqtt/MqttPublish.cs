namespace SecureStreams.Codecs.Mqtt;

/// <summary>The head of a PUBLISH, read or to be written (section 3.3 of both versions): all but its payload. Spans belong to whoever made it, or lie in the packet that was read.</summary>
public readonly ref struct MqttPublish
{
    /// <summary>The topic name, UTF-8. Empty only in MQTT 5 with <see cref="MqttPropertyId.TopicAlias"/>.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>How surely it is delivered.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>The RETAIN flag.</summary>
    public bool Retain { get; init; }

    /// <summary>The DUP flag: it may have been sent before. Never with QoS 0.</summary>
    public bool Duplicate { get; init; }

    /// <summary>The packet identifier, not 0; without meaning with QoS 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>The properties; none in MQTT 3.1.1.</summary>
    public MqttProperties Properties { get; init; }

    /// <summary>How long the payload is, in bytes.</summary>
    public int PayloadBytes { get; init; }
}
