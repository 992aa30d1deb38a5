namespace SecureStreams.Codecs.Mqtt;

/// <summary>Where properties stand. The bit of a packet is its type.</summary>
[Flags]
internal enum MqttPropertyPlaces
{
    None = 0,

    /// <summary>In CONNECT, those of the will.</summary>
    Will = 1 << 0,
    Connect = 1 << MqttPacketType.Connect,
    ConnectAck = 1 << MqttPacketType.ConnectAck,
    Publish = 1 << MqttPacketType.Publish,
    PublishAcks = (1 << MqttPacketType.PublishAck) | (1 << MqttPacketType.PublishReceived) | (1 << MqttPacketType.PublishRelease) | (1 << MqttPacketType.PublishComplete),
    Subscribe = 1 << MqttPacketType.Subscribe,
    SubscribeAck = 1 << MqttPacketType.SubscribeAck,
    Unsubscribe = 1 << MqttPacketType.Unsubscribe,
    UnsubscribeAck = 1 << MqttPacketType.UnsubscribeAck,
    Disconnect = 1 << MqttPacketType.Disconnect,
    Authenticate = 1 << MqttPacketType.Authenticate,
}
