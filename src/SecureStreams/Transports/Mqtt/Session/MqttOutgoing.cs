namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>A message of QoS 1 or 2 that is given to a session.</summary>
internal readonly record struct MqttOutgoing
{
    /// <summary>Topic, properties and payload one behind the other, from the start. Rented from the session's pool.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Bytes of the topic: 1 to 65535.</summary>
    public required int TopicBytes { get; init; }

    /// <summary>Bytes of encoded properties (MQTT 5), without their length and without a topic alias.</summary>
    public int PropertiesBytes { get; init; }

    /// <summary>Bytes of the payload.</summary>
    public required int PayloadBytes { get; init; }

    /// <summary>1 or 2.</summary>
    public required byte Qos { get; init; }

    /// <summary>The RETAIN flag.</summary>
    public bool Retain { get; init; }

    /// <summary>Who is to be told what became of it. Something that outlives an attempt of its stream.</summary>
    public object? Owner { get; init; }

    /// <summary>The message's number among those of its owner; nothing to a session.</summary>
    public long Number { get; init; }

    /// <summary>Why it is not sent at all, and stands here only so that it is told in its turn; null for a message, and sessions take messages alone.</summary>
    public TransportFailure? Refusal { get; init; }

    /// <summary>Bytes of all three.</summary>
    public int Bytes => TopicBytes + PropertiesBytes + PayloadBytes;
}
