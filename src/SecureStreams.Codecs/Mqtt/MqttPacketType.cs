namespace SecureStreams.Codecs.Mqtt;

/// <summary>The kinds of packets (section 2.1.2 of MQTT 5). The values are those on the wire; <see cref="MqttPacketNames"/> has the names of the standard.</summary>
public enum MqttPacketType
{
    /// <summary>None; reserved on the wire.</summary>
    None = 0,

    /// <summary>CONNECT, client to server: a client introduces itself.</summary>
    Connect = 1,

    /// <summary>CONNACK, server to client: it is taken or refused.</summary>
    ConnectAck = 2,

    /// <summary>PUBLISH, both ways: a message.</summary>
    Publish = 3,

    /// <summary>PUBACK, both ways: answers a message with QoS 1.</summary>
    PublishAck = 4,

    /// <summary>PUBREC, both ways: answers a message with QoS 2.</summary>
    PublishReceived = 5,

    /// <summary>PUBREL, both ways: answers PUBREC.</summary>
    PublishRelease = 6,

    /// <summary>PUBCOMP, both ways: answers PUBREL.</summary>
    PublishComplete = 7,

    /// <summary>SUBSCRIBE, client to server.</summary>
    Subscribe = 8,

    /// <summary>SUBACK, server to client: one reason code for each filter of SUBSCRIBE.</summary>
    SubscribeAck = 9,

    /// <summary>UNSUBSCRIBE, client to server.</summary>
    Unsubscribe = 10,

    /// <summary>UNSUBACK, server to client; in MQTT 5 with one reason code for each filter of UNSUBSCRIBE.</summary>
    UnsubscribeAck = 11,

    /// <summary>PINGREQ, client to server.</summary>
    PingRequest = 12,

    /// <summary>PINGRESP, server to client.</summary>
    PingResponse = 13,

    /// <summary>DISCONNECT: client to server, in MQTT 5 both ways.</summary>
    Disconnect = 14,

    /// <summary>AUTH, both ways, MQTT 5 only: a step of enhanced authentication.</summary>
    Authenticate = 15,
}
