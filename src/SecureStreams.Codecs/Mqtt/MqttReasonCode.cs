namespace SecureStreams.Codecs.Mqtt;

/// <summary>
/// The reason codes of MQTT 5 (section 2.4); below 0x80 something succeeded. The return codes of MQTT 3.1.1 are mapped to them: see <see cref="MqttReasonCodes.FromReturnCode"/>.
/// <see cref="MqttReasonCodes"/> has their names and texts.
/// </summary>
public enum MqttReasonCode : byte
{
    /// <summary>It succeeded. In DISCONNECT: normal disconnection; in SUBACK: granted with QoS 0.</summary>
    Success = 0x00,

    /// <summary>SUBACK: granted, with QoS 1 at most.</summary>
    GrantedQos1 = 0x01,

    /// <summary>SUBACK: granted, with QoS 2 at most.</summary>
    GrantedQos2 = 0x02,

    /// <summary>DISCONNECT of a client: the will is to be published all the same.</summary>
    DisconnectWithWill = 0x04,

    /// <summary>PUBACK, PUBREC: taken, and nobody is subscribed.</summary>
    NoMatchingSubscribers = 0x10,

    /// <summary>UNSUBACK: there was no such subscription.</summary>
    NoSubscriptionExisted = 0x11,

    /// <summary>AUTH: another step.</summary>
    ContinueAuthentication = 0x18,

    /// <summary>AUTH of a client: authenticate anew.</summary>
    ReAuthenticate = 0x19,

    /// <summary>An error without a name.</summary>
    UnspecifiedError = 0x80,

    /// <summary>A packet could not be parsed.</summary>
    MalformedPacket = 0x81,

    /// <summary>A packet, or what is in it, has no place where it came.</summary>
    ProtocolError = 0x82,

    /// <summary>The packet is right, and its receiver does not take it.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>The server does not speak this version of the protocol.</summary>
    UnsupportedProtocolVersion = 0x84,

    /// <summary>The server does not allow this client identifier.</summary>
    ClientIdentifierNotValid = 0x85,

    /// <summary>The server does not accept user name or password.</summary>
    BadUserNameOrPassword = 0x86,

    /// <summary>The client may not do this.</summary>
    NotAuthorized = 0x87,

    /// <summary>The server is not available.</summary>
    ServerUnavailable = 0x88,

    /// <summary>The server is busy.</summary>
    ServerBusy = 0x89,

    /// <summary>The client is banned.</summary>
    Banned = 0x8A,

    /// <summary>The server shuts down.</summary>
    ServerShuttingDown = 0x8B,

    /// <summary>The method of authentication is not supported, or not the one in use.</summary>
    BadAuthenticationMethod = 0x8C,

    /// <summary>Nothing came for one and a half times the keep-alive.</summary>
    KeepAliveTimeout = 0x8D,

    /// <summary>Another connection uses the same client identifier.</summary>
    SessionTakenOver = 0x8E,

    /// <summary>A topic filter is well formed, and not taken by this server.</summary>
    TopicFilterInvalid = 0x8F,

    /// <summary>A topic name is well formed, and not taken.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The packet identifier is in use already: the two sides disagree about the session.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>The packet identifier is not known: no error in a recovery, else the two sides disagree about the session.</summary>
    PacketIdentifierNotFound = 0x92,

    /// <summary>More messages are in flight than the receiver allowed.</summary>
    ReceiveMaximumExceeded = 0x93,

    /// <summary>A topic alias is 0 or above what the receiver allowed.</summary>
    TopicAliasInvalid = 0x94,

    /// <summary>A packet is larger than the receiver allows.</summary>
    PacketTooLarge = 0x95,

    /// <summary>Messages come too fast.</summary>
    MessageRateTooHigh = 0x96,

    /// <summary>A limit of the implementation or of an administrator is exceeded.</summary>
    QuotaExceeded = 0x97,

    /// <summary>An administrator ended it.</summary>
    AdministrativeAction = 0x98,

    /// <summary>The payload is not of the format that it states.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>The server keeps no retained messages.</summary>
    RetainNotSupported = 0x9A,

    /// <summary>The QoS is above what the server allowed.</summary>
    QosNotSupported = 0x9B,

    /// <summary>The client shall use another server for now.</summary>
    UseAnotherServer = 0x9C,

    /// <summary>The client shall use another server from now on.</summary>
    ServerMoved = 0x9D,

    /// <summary>The server has no shared subscriptions.</summary>
    SharedSubscriptionsNotSupported = 0x9E,

    /// <summary>Connections come too fast.</summary>
    ConnectionRateExceeded = 0x9F,

    /// <summary>The connection lasted as long as it may.</summary>
    MaximumConnectTime = 0xA0,

    /// <summary>The server has no subscription identifiers.</summary>
    SubscriptionIdentifiersNotSupported = 0xA1,

    /// <summary>The server has no subscriptions with wildcards.</summary>
    WildcardSubscriptionsNotSupported = 0xA2,
}
