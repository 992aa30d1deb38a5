namespace SecureStreams.Codecs.Mqtt;

/// <summary>The properties of MQTT 5 (section 2.2.2.2). The values are those on the wire.</summary>
public enum MqttPropertyId
{
    /// <summary>Byte; PUBLISH, will: 1 where the payload is UTF-8.</summary>
    PayloadFormatIndicator = 0x01,

    /// <summary>Four bytes, seconds; PUBLISH, will: when the message is of no use any more.</summary>
    MessageExpiryInterval = 0x02,

    /// <summary>Text; PUBLISH, will: what the payload is, such as a media type.</summary>
    ContentType = 0x03,

    /// <summary>Text; PUBLISH, will: the topic of an answer.</summary>
    ResponseTopic = 0x08,

    /// <summary>Bytes; PUBLISH, will: what an answer repeats.</summary>
    CorrelationData = 0x09,

    /// <summary>Variable integer, 1 to 268,435,455; SUBSCRIBE, PUBLISH of a server: which subscription a message is for. Several times in PUBLISH.</summary>
    SubscriptionIdentifier = 0x0B,

    /// <summary>Four bytes, seconds, 0xFFFFFFFF for never; CONNECT, CONNACK, DISCONNECT of a client: how long the session outlives the connection.</summary>
    SessionExpiryInterval = 0x11,

    /// <summary>Text; CONNACK: the client identifier that the server gave to a client without one.</summary>
    AssignedClientIdentifier = 0x12,

    /// <summary>Two bytes, seconds; CONNACK: the keep-alive to use in place of the one asked for.</summary>
    ServerKeepAlive = 0x13,

    /// <summary>Text; CONNECT, CONNACK, AUTH: the method of enhanced authentication.</summary>
    AuthenticationMethod = 0x15,

    /// <summary>Bytes; CONNECT, CONNACK, AUTH: what the method exchanges.</summary>
    AuthenticationData = 0x16,

    /// <summary>Byte, 0 or 1; CONNECT: whether failures may come with a reason string and user properties.</summary>
    RequestProblemInformation = 0x17,

    /// <summary>Four bytes, seconds; will: how long after the end of the connection it is published.</summary>
    WillDelayInterval = 0x18,

    /// <summary>Byte, 0 or 1; CONNECT: whether response information is asked for.</summary>
    RequestResponseInformation = 0x19,

    /// <summary>Text; CONNACK: what topics of answers may begin with.</summary>
    ResponseInformation = 0x1A,

    /// <summary>Text; CONNACK, DISCONNECT: another server to use.</summary>
    ServerReference = 0x1C,

    /// <summary>Text; every packet that has a reason code: the reason for people.</summary>
    ReasonString = 0x1F,

    /// <summary>Two bytes, not 0; CONNECT, CONNACK: how many messages with QoS above 0 may be in flight to the sender.</summary>
    ReceiveMaximum = 0x21,

    /// <summary>Two bytes; CONNECT, CONNACK: the highest topic alias that the sender takes.</summary>
    TopicAliasMaximum = 0x22,

    /// <summary>Two bytes, not 0; PUBLISH: a number in place of the topic.</summary>
    TopicAlias = 0x23,

    /// <summary>Byte, 0 or 1; CONNACK: the highest QoS that the server takes.</summary>
    MaximumQos = 0x24,

    /// <summary>Byte, 0 or 1; CONNACK: whether the server keeps retained messages.</summary>
    RetainAvailable = 0x25,

    /// <summary>Two texts, name and value; every packet, any number of times.</summary>
    UserProperty = 0x26,

    /// <summary>Four bytes, not 0; CONNECT, CONNACK: the largest packet that the sender takes.</summary>
    MaximumPacketSize = 0x27,

    /// <summary>Byte, 0 or 1; CONNACK: whether filters may have wildcards.</summary>
    WildcardSubscriptionAvailable = 0x28,

    /// <summary>Byte, 0 or 1; CONNACK: whether SUBSCRIBE may have an identifier.</summary>
    SubscriptionIdentifierAvailable = 0x29,

    /// <summary>Byte, 0 or 1; CONNACK: whether filters may be shared.</summary>
    SharedSubscriptionAvailable = 0x2A,
}
