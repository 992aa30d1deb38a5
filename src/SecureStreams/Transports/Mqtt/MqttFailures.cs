using System.Globalization;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Network;

namespace SecureStreams.Transports.Mqtt;

/// <summary>From what a broker does to causes. Pure.</summary>
internal static class MqttFailures
{
    private const int PeerTextChars = 512;

    /// <summary>The broker refused the connection (CONNACK).</summary>
    public static TransportFailure Refused(MqttVersion version, MqttReasonCode reason, MqttProperties properties, string endpoint) => Of(
        SsPhase.Protocol, version, reason, properties, endpoint, "The broker refused the connection");

    /// <summary>The broker ended the connection with a reason (DISCONNECT of MQTT 5).</summary>
    public static TransportFailure Disconnected(MqttReasonCode reason, MqttProperties properties, string endpoint)
    {
        if (reason == MqttReasonCode.Success)
            return new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, "The broker closed the connection in order.") { IsOrderly = true, Endpoint = endpoint };
        var failure = Denied(Of(SsPhase.Peer, MqttVersion.V5, reason, properties, endpoint, "The broker ended the connection"), reason);
        return failure with { IsOrderly = failure.Code is SsCauseCode.PeerClosed or SsCauseCode.PeerBusy && reason != MqttReasonCode.KeepAliveTimeout };
    }

    /// <summary>The broker closed the connection without a word.</summary>
    /// <param name="opening">Before it had accepted it: what was waited for; null afterwards.</param>
    /// <param name="inPacket">In the middle of a packet.</param>
    /// <param name="isSoon">Shortly after it had accepted it.</param>
    /// <param name="clientId">The client id that was stated; null for one made by chance.</param>
    /// <param name="endpoint">The broker.</param>
    public static TransportFailure Ended(string? opening, bool inPacket, bool isSoon, string? clientId, string endpoint)
    {
        if (inPacket)
            return new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTruncated, "The broker closed the connection in the middle of a packet.") { Endpoint = endpoint };
        if (opening is not null)
        {
            return new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed,
                $"The broker closed the connection before it answered {opening}: brokers do that when they do not take the version, the client id or the credentials, or speak another protocol on that port; its log says which.")
            {
                Endpoint = endpoint,
            };
        }

        var hint = isSoon && clientId is not null ? " That was soon after it had accepted it: if it happens again and again, another client uses the same mqtt_client_id." : "";
        return new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, $"The broker closed the connection.{hint}") { Endpoint = endpoint, Attribute = hint.Length > 0 ? "mqtt_client_id" : null };
    }

    /// <summary>The broker broke the protocol.</summary>
    public static TransportFailure Broken(MqttViolation violation, string endpoint) =>
        new(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The broker broke the protocol: {violation.Message}.") { Status = (int)violation.Reason, Endpoint = endpoint };

    /// <summary>The broker did not answer a PINGREQ.</summary>
    public static TransportFailure Unresponsive(TimeSpan bound, string attribute, string endpoint) => new(
        SsPhase.Timeout,
        SsCauseCode.PeerUnresponsive,
        string.Create(CultureInfo.InvariantCulture, $"Nothing was heard from the broker for {bound.TotalSeconds:0.###} s after a PINGREQ; check that it is alive, or state a longer {attribute}."))
    {
        Attribute = attribute,
        Endpoint = endpoint,
    };

    /// <summary>The time of an attempt ran out on a connection that others use already, or while one was still ending.</summary>
    public static TransportFailure TimedOut(TimeSpan bound, string attribute, bool isUp, string endpoint) => new(
        SsPhase.Timeout,
        SsCauseCode.ConnectTimeout,
        string.Create(
            CultureInfo.InvariantCulture,
            $"no connection to {endpoint} within {bound.TotalSeconds:0.###} s: still waiting {(isUp ? "for the broker to answer the subscription or the message at connection" : "for the connection before it to end")}; check that the broker is alive"))
    {
        Attribute = attribute,
        Endpoint = endpoint,
    };

    /// <summary>Another stream of the connection has taken the broker for dead.</summary>
    public static TransportFailure GivenUp(string streamType, string endpoint) => new(
        SsPhase.Timeout, SsCauseCode.PeerUnresponsive, $"Nothing was heard from the broker for as long as streamtype '{streamType}', which shares the connection, allows; check that it is alive.")
    {
        Attribute = "svalidhup",
        Endpoint = endpoint,
    };

    /// <summary>The broker refused a subscription.</summary>
    public static TransportFailure NotSubscribed(string filter, MqttVersion version, MqttReasonCode reason, MqttProperties properties, string endpoint)
    {
        // MQTT 3.1.1 has one code for every reason.
        var failure = version == MqttVersion.V311
            ? new TransportFailure(SsPhase.Protocol, SsCauseCode.PeerRefused, $"The broker refused the subscription to '{OperatorText.Clean(filter)}' (0x80); check what it lets this client read.") { Status = 0x80, Endpoint = endpoint }
            : Denied(Of(SsPhase.Protocol, version, reason, properties, endpoint, $"The broker refused the subscription to '{OperatorText.Clean(filter)}'"), reason);
        return failure with { Attribute = "mqtt_subscribe" };
    }

    /// <summary>The broker answered a message with a refusal.</summary>
    public static TransportFailure NotPublished(MqttReasonCode reason, string endpoint) => Denied(
        Of(SsPhase.Protocol, MqttVersion.V5, reason, default, endpoint, "The broker refused the message"), reason) with { Permanent = false, Attribute = "mqtt_topic" };

    /// <summary>The connection ended before the broker acknowledged a message, and the session with it.</summary>
    public static TransportFailure Lost(string endpoint) => new(
        SsPhase.Peer, SsCauseCode.PeerClosed, "The connection ended before the broker acknowledged the message, which it may have or not; without mqtt_clean_start, and with an mqtt_client_id, it would be sent again.")
    {
        Attribute = "mqtt_clean_start",
        Endpoint = endpoint,
    };

    /// <summary>The stream is another client now, or at another broker, and the one before has not answered.</summary>
    public static TransportFailure Moved(string clientId) => new(
        SsPhase.Local, SsCauseCode.LocalDisconnect, $"The stream has moved to another broker or client id before the message was acknowledged to client '{OperatorText.Clean(clientId)}': the broker has it or not, and gets it once more if a stream is that client again. Send it again if twice does no harm.");

    /// <summary>The broker had taken a message over and lost the session.</summary>
    public static TransportFailure Uncertain(string endpoint) => new(
        SsPhase.Peer, SsCauseCode.PeerClosed, "The broker had taken the message over and has lost its session since: whether it passed the message on cannot be known, and sending it again could make two of it.")
    {
        Endpoint = endpoint,
    };

    /// <summary>A message is to be sent again, which a broker does when it is connected to again.</summary>
    public static TransportFailure SentAgain(string endpoint) => new(
        SsPhase.Peer, SsCauseCode.PeerClosed, "The connection is made anew, so that the broker sends a message again that a stream could not take before the connection before this one ended.")
    {
        Endpoint = endpoint,
    };

    /// <summary>A message of this side is longer than is sent.</summary>
    public static TransportFailure TooLargeToSend(MqttPlan plan, long bytes) => new(
        SsPhase.Payload,
        SsCauseCode.PayloadTooLarge,
        string.Create(CultureInfo.InvariantCulture, $"Streamtype '{plan.Policy.Name}' sends a message of {bytes} bytes or more, and {plan.MaxMessageBytes} is the most by max_message_bytes; make it shorter, or raise that."))
    {
        Attribute = "max_message_bytes",
    };

    /// <summary>A message of this side is longer than a packet can be.</summary>
    public static TransportFailure TooLargeForPacket(MqttPlan plan, long bytes, long most) => new(
        SsPhase.Payload,
        SsCauseCode.PayloadTooLarge,
        string.Create(CultureInfo.InvariantCulture, $"Streamtype '{plan.Policy.Name}' sends a message of {bytes} bytes or more with its topic, and {most} is the most that the protocol can carry; make it shorter."));

    /// <summary>The broker sends a longer message than the stream takes.</summary>
    public static TransportFailure TooLargeToTake(MqttPlan plan, long bytes, string endpoint) => new(
        SsPhase.Payload,
        SsCauseCode.PayloadTooLarge,
        string.Create(CultureInfo.InvariantCulture, $"The broker sends a message of {bytes} bytes, and {plan.MaxMessageBytes} is the most that is taken; max_message_bytes takes longer ones. The message was dropped."))
    {
        Attribute = "max_message_bytes",
        Endpoint = endpoint,
    };

    /// <summary>The connection of this client id is another one than the stream needs.</summary>
    public static TransportFailure Rival(MqttMember member, MqttConnectionKey key, string attribute) => new(
        SsPhase.Policy,
        SsCauseCode.ClientIdInUse,
        $"Streamtype '{member.Plan.Policy.Name}' uses client id '{OperatorText.Clean(key.Identity.ClientId ?? "")}' at {member.Attempt.Endpoint}, and so does a connection of this context that differs in {attribute}; make that the same, or give each a client id of its own.")
    {
        Attribute = attribute,
        Endpoint = member.Attempt.Endpoint,
    };

    /// <summary>Another process keeps the session of this client.</summary>
    public static TransportFailure SessionInUse(MqttMember member, string refusal) => new(
        SsPhase.Policy, SsCauseCode.ClientIdInUse, $"Streamtype '{member.Plan.Policy.Name}' cannot have the session of its client id: {refusal}")
    {
        Attribute = "mqtt_client_id",
        Endpoint = member.Attempt.Endpoint,
    };

    /// <summary>After it has let the client in, "not authorized" is no word on its credentials.</summary>
    private static TransportFailure Denied(TransportFailure failure, MqttReasonCode reason) => reason == MqttReasonCode.NotAuthorized ? failure with { Code = SsCauseCode.AccessDenied } : failure;

    private static TransportFailure Of(SsPhase phase, MqttVersion version, MqttReasonCode reason, MqttProperties properties, string endpoint, string what)
    {
        var said = properties.TryFind(MqttPropertyId.ReasonString, out var property) ? OperatorText.Clean(Encoding.UTF8.GetString(property.Value), PeerTextChars) : null;
        var code = version == MqttVersion.V311 ? $"return code {MqttReasonCodes.ToReturnCode(reason)} ({MqttReasonCodes.NameOf(reason)})" : MqttReasonCodes.Describe(reason);
        var (cause, attribute, mend, isPermanent) = reason switch
        {
            MqttReasonCode.UnsupportedProtocolVersion => (SsCauseCode.NotSupported, "mqtt_version", "it does not speak this version; state another mqtt_version", true),
            MqttReasonCode.ClientIdentifierNotValid => (SsCauseCode.PeerRefused, "mqtt_client_id", "it does not take this client id; state another mqtt_client_id", true),
            MqttReasonCode.BadUserNameOrPassword => (SsCauseCode.CredentialsRefused, "use_auth", $"it does not take the user name or the password; correct the blobs {SsBlobNames.MqttUserName} and {SsBlobNames.MqttPassword}, or the one that use_auth names", false),
            MqttReasonCode.NotAuthorized => (SsCauseCode.CredentialsRefused, (string?)null, "it does not allow that to this client; check its access rules and the credentials", false),
            MqttReasonCode.Banned => (SsCauseCode.CredentialsRefused, null, "it has banned this client", false),
            MqttReasonCode.BadAuthenticationMethod => (SsCauseCode.CredentialsRefused, null, "it wants another way of authentication", false),
            MqttReasonCode.SessionTakenOver => (SsCauseCode.ClientIdInUse, "mqtt_client_id", "another client has connected with the same client id; give each its own mqtt_client_id", true),
            MqttReasonCode.ServerUnavailable or MqttReasonCode.ServerBusy or MqttReasonCode.ServerShuttingDown or MqttReasonCode.ConnectionRateExceeded or MqttReasonCode.MessageRateTooHigh
                or MqttReasonCode.QuotaExceeded or MqttReasonCode.MaximumConnectTime => (SsCauseCode.PeerBusy, null, "it may do later what it does not do now", false),
            MqttReasonCode.PacketTooLarge => (SsCauseCode.PayloadTooLarge, null, "it takes no packet of that size", false),
            MqttReasonCode.KeepAliveTimeout => (SsCauseCode.PeerClosed, "mqtt_keep_alive", "it heard nothing from this side for as long as mqtt_keep_alive allows", false),
            MqttReasonCode.QosNotSupported => (SsCauseCode.NotSupported, "mqtt_qos", "it does not support this QoS; state a lower mqtt_qos", true),
            MqttReasonCode.RetainNotSupported => (SsCauseCode.NotSupported, "mqtt_retain", "it keeps no messages; leave mqtt_retain out", true),
            MqttReasonCode.MalformedPacket or MqttReasonCode.ProtocolError => (SsCauseCode.ProtocolError, null, "it finds fault with what this side sent", false),
            _ => (phase == SsPhase.Peer ? SsCauseCode.PeerClosed : SsCauseCode.PeerRefused, null, MqttReasonCodes.ExplanationOf(reason) is { Length: > 0 } known ? known : "its log says why", false),
        };
        return new TransportFailure(phase, cause, $"{what}: {code}{(said is null ? "" : $", \"{said}\"")}; {mend}.")
        {
            Status = version == MqttVersion.V311 ? MqttReasonCodes.ToReturnCode(reason) ?? (int)reason : (int)reason,
            PeerText = said,
            Attribute = attribute,
            Permanent = isPermanent,
            Endpoint = endpoint,
        };
    }
}
