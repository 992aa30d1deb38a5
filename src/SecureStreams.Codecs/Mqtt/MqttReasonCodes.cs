namespace SecureStreams.Codecs.Mqtt;

/// <summary>The names and texts of reason codes, where they may stand, and the return codes of MQTT 3.1.1.</summary>
public static class MqttReasonCodes
{
    private const int Acks = (1 << (int)MqttPacketType.PublishAck) | (1 << (int)MqttPacketType.PublishReceived);
    private const int Replies = (1 << (int)MqttPacketType.PublishRelease) | (1 << (int)MqttPacketType.PublishComplete);
    private const int ConnectAck = 1 << (int)MqttPacketType.ConnectAck;
    private const int SubscribeAck = 1 << (int)MqttPacketType.SubscribeAck;
    private const int UnsubscribeAck = 1 << (int)MqttPacketType.UnsubscribeAck;
    private const int Disconnect = 1 << (int)MqttPacketType.Disconnect;
    private const int Authenticate = 1 << (int)MqttPacketType.Authenticate;

    private static readonly (string Name, string Explanation, int Places)[] Rows = Make();

    /// <summary>Whether a code says that something failed: 0x80 and above.</summary>
    public static bool IsError(MqttReasonCode code) => (byte)code >= 0x80;

    /// <summary>The name of a code in the standard (MQTT 5 section 2.4), such as <c>Not authorized</c>; empty for codes that it does not have.</summary>
    public static string NameOf(MqttReasonCode code) => Rows[(byte)code].Name ?? "";

    /// <summary>What a code means, in a sentence without its last point; empty for codes that the standard does not have.</summary>
    public static string ExplanationOf(MqttReasonCode code) => Rows[(byte)code].Explanation ?? "";

    /// <summary>A code for people, such as <c>0x87 (Not authorized)</c>.</summary>
    public static string Describe(MqttReasonCode code) => NameOf(code) is { Length: > 0 } name ? $"0x{(byte)code:X2} ({name})" : $"0x{(byte)code:X2}";

    /// <summary>Whether the standard lets a code stand in a packet of MQTT 5 (the tables of sections 3.2 to 3.15).</summary>
    public static bool MayStandIn(MqttReasonCode code, MqttPacketType packet) => (Rows[(byte)code].Places & (1 << (int)packet)) != 0;

    /// <summary>The reason code for a return code of a CONNACK of MQTT 3.1.1 (section 3.2.2.3); null for those that are reserved.</summary>
    public static MqttReasonCode? FromReturnCode(byte code) => code switch
    {
        0 => MqttReasonCode.Success,
        1 => MqttReasonCode.UnsupportedProtocolVersion,
        2 => MqttReasonCode.ClientIdentifierNotValid,
        3 => MqttReasonCode.ServerUnavailable,
        4 => MqttReasonCode.BadUserNameOrPassword,
        5 => MqttReasonCode.NotAuthorized,
        _ => null,
    };

    /// <summary>The return code of a CONNACK of MQTT 3.1.1 for a reason code; null where it has none that fits.</summary>
    public static byte? ToReturnCode(MqttReasonCode code) => code switch
    {
        MqttReasonCode.Success => 0,
        MqttReasonCode.UnsupportedProtocolVersion => 1,
        MqttReasonCode.ClientIdentifierNotValid => 2,
        MqttReasonCode.ServerUnavailable or MqttReasonCode.ServerBusy => 3,
        MqttReasonCode.BadUserNameOrPassword => 4,
        MqttReasonCode.NotAuthorized or MqttReasonCode.Banned => 5,
        _ => null,
    };

    private static (string Name, string Explanation, int Places)[] Make()
    {
        var rows = new (string, string, int)[256];
        const int All = ConnectAck | Acks | Replies | SubscribeAck | UnsubscribeAck | Disconnect | Authenticate;
        const int Requests = ConnectAck | Acks | SubscribeAck | UnsubscribeAck | Disconnect;
        const int Ends = ConnectAck | Disconnect;
        Add(MqttReasonCode.Success, "Success", "what was asked for is done", All);
        Add(MqttReasonCode.GrantedQos1, "Granted QoS 1", "the subscription is made, with QoS 1 at most", SubscribeAck);
        Add(MqttReasonCode.GrantedQos2, "Granted QoS 2", "the subscription is made, with QoS 2 at most", SubscribeAck);
        Add(MqttReasonCode.DisconnectWithWill, "Disconnect with Will Message", "the client leaves, and its will is to be published", Disconnect);
        Add(MqttReasonCode.NoMatchingSubscribers, "No matching subscribers", "the message is taken, and nobody is subscribed to its topic", Acks);
        Add(MqttReasonCode.NoSubscriptionExisted, "No subscription existed", "there was no such subscription to end", UnsubscribeAck);
        Add(MqttReasonCode.ContinueAuthentication, "Continue authentication", "the authentication needs another step", Authenticate);
        Add(MqttReasonCode.ReAuthenticate, "Re-authenticate", "the client begins to authenticate anew", Authenticate);
        Add(MqttReasonCode.UnspecifiedError, "Unspecified error", "it failed, and the peer does not say why or has no code for it", Requests);
        Add(MqttReasonCode.MalformedPacket, "Malformed Packet", "a packet could not be parsed", Ends);
        Add(MqttReasonCode.ProtocolError, "Protocol Error", "a packet, or a field in it, had no place where it came", Ends);
        Add(MqttReasonCode.ImplementationSpecificError, "Implementation specific error", "the packet was right, and this peer does not take it", Requests);
        Add(MqttReasonCode.UnsupportedProtocolVersion, "Unsupported Protocol Version", "the server does not speak this version of MQTT", ConnectAck);
        Add(MqttReasonCode.ClientIdentifierNotValid, "Client Identifier not valid", "the server does not allow this client identifier", ConnectAck);
        Add(MqttReasonCode.BadUserNameOrPassword, "Bad User Name or Password", "the server does not accept the user name or the password", ConnectAck);
        Add(MqttReasonCode.NotAuthorized, "Not authorized", "the client may not do this", Requests);
        Add(MqttReasonCode.ServerUnavailable, "Server unavailable", "the server is not available", ConnectAck);
        Add(MqttReasonCode.ServerBusy, "Server busy", "the server is busy, and can be tried again later", Ends);
        Add(MqttReasonCode.Banned, "Banned", "an administrator has banned this client", ConnectAck);
        Add(MqttReasonCode.ServerShuttingDown, "Server shutting down", "the server shuts down", Disconnect);
        Add(MqttReasonCode.BadAuthenticationMethod, "Bad authentication method", "the method of authentication is not supported, or not the one in use", Ends);
        Add(MqttReasonCode.KeepAliveTimeout, "Keep Alive timeout", "nothing came from the client for one and a half times the keep-alive", Disconnect);
        Add(MqttReasonCode.SessionTakenOver, "Session taken over", "another connection uses the same client identifier", Disconnect);
        Add(MqttReasonCode.TopicFilterInvalid, "Topic Filter invalid", "the topic filter is not taken", SubscribeAck | UnsubscribeAck | Disconnect);
        Add(MqttReasonCode.TopicNameInvalid, "Topic Name invalid", "the topic is not taken", Ends | Acks);
        Add(MqttReasonCode.PacketIdentifierInUse, "Packet Identifier in use", "the packet identifier is in use already: the two sides disagree about the session", Acks | SubscribeAck | UnsubscribeAck);
        Add(MqttReasonCode.PacketIdentifierNotFound, "Packet Identifier not found", "the packet identifier is not known: the two sides may disagree about the session", Replies);
        Add(MqttReasonCode.ReceiveMaximumExceeded, "Receive Maximum exceeded", "more messages are in flight than were allowed", Disconnect);
        Add(MqttReasonCode.TopicAliasInvalid, "Topic Alias invalid", "a topic alias is 0 or higher than was allowed", Disconnect);
        Add(MqttReasonCode.PacketTooLarge, "Packet too large", "a packet is larger than is taken", Ends);
        Add(MqttReasonCode.MessageRateTooHigh, "Message rate too high", "messages come too fast", Disconnect);
        Add(MqttReasonCode.QuotaExceeded, "Quota exceeded", "a limit of the implementation or of an administrator is exceeded", Ends | Acks | SubscribeAck);
        Add(MqttReasonCode.AdministrativeAction, "Administrative action", "an administrator ended the connection", Disconnect);
        Add(MqttReasonCode.PayloadFormatInvalid, "Payload format invalid", "the payload is not of the format that it states", Ends | Acks);
        Add(MqttReasonCode.RetainNotSupported, "Retain not supported", "the server keeps no retained messages", Ends);
        Add(MqttReasonCode.QosNotSupported, "QoS not supported", "the QoS is higher than the server takes", Ends);
        Add(MqttReasonCode.UseAnotherServer, "Use another server", "another server is to be used for now", Ends);
        Add(MqttReasonCode.ServerMoved, "Server moved", "another server is to be used from now on", Ends);
        Add(MqttReasonCode.SharedSubscriptionsNotSupported, "Shared Subscriptions not supported", "the server has no shared subscriptions for this client", SubscribeAck | Disconnect);
        Add(MqttReasonCode.ConnectionRateExceeded, "Connection rate exceeded", "connections come too fast", Ends);
        Add(MqttReasonCode.MaximumConnectTime, "Maximum connect time", "the connection has lasted as long as it may", Disconnect);
        Add(MqttReasonCode.SubscriptionIdentifiersNotSupported, "Subscription Identifiers not supported", "the server has no subscription identifiers", SubscribeAck | Disconnect);
        Add(MqttReasonCode.WildcardSubscriptionsNotSupported, "Wildcard Subscriptions not supported", "the server has no subscriptions with wildcards", SubscribeAck | Disconnect);
        return rows;

        void Add(MqttReasonCode code, string name, string explanation, int places) => rows[(byte)code] = (name, explanation, places);
    }
}
