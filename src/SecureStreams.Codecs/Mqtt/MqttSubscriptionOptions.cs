namespace SecureStreams.Codecs.Mqtt;

/// <summary>What a subscription asks for beside its filter: one byte (MQTT 5 section 3.8.3.1; MQTT 3.1.1 has the QoS alone).</summary>
public readonly record struct MqttSubscriptionOptions
{
    /// <summary>The highest QoS with which the server sends messages. Default: 0.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>MQTT 5: whether messages of this client are left out. Not for shared subscriptions. Default: no.</summary>
    public bool NoLocal { get; init; }

    /// <summary>MQTT 5: whether the RETAIN flag comes as it was published; else it says that a message was retained before the subscription. Default: no.</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>MQTT 5: whether retained messages are sent. Default: whenever the subscription is made.</summary>
    public MqttRetainHandling RetainHandling { get; init; }

    internal byte Encode(MqttVersion version) =>
        (byte)(version == MqttVersion.V311 ? (int)Qos : (int)Qos | (NoLocal ? 4 : 0) | (RetainAsPublished ? 8 : 0) | ((int)RetainHandling << 4));

    internal static MqttSubscriptionOptions Decode(byte options) => new()
    {
        Qos = (MqttQos)(options & 3),
        NoLocal = (options & 4) != 0,
        RetainAsPublished = (options & 8) != 0,
        RetainHandling = (MqttRetainHandling)((options >> 4) & 3),
    };
}
