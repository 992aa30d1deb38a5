namespace SecureStreams.Codecs.Mqtt;

/// <summary>The names that the standard gives to packets.</summary>
public static class MqttPacketNames
{
    private static readonly string[] Names =
    [
        "packet type 0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
    ];

    /// <summary>The name of a kind of packet, such as <c>PUBACK</c>.</summary>
    public static string Of(MqttPacketType type) => Names[(int)type & 15];
}
