using System.Collections.Immutable;

namespace SecureStreams.Policy;

internal static class MqttAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        Template("mqtt_topic", "The topic to publish to."),
        Template("mqtt_subscribe", "The topic filter to subscribe to."),
        Qos("mqtt_qos", "Quality of service of publications and of the subscription.", "mqtt qos"),
        Flag("mqtt_retain", "The broker keeps what is published."),
        new()
        {
            Name = "mqtt_keep_alive", Kind = PolicyValueKind.Number, Maximum = 65535, Unit = "s", Default = "0", Protocols = PolicyProtocols.Mqtt, ActedOn = true,
            Help = "Keep-alive interval told to the broker; a PINGREQ that is not answered for as long ends the connection. 0 for none.",
        },
        Flag("mqtt_clean_start", "Begin with a fresh session."),
        Template("mqtt_will_topic", "Topic of the last will."),
        Template("mqtt_will_message", "Text of the last will.", payload: true),
        Qos("mqtt_will_qos", "Quality of service of the last will."),
        Flag("mqtt_will_retain", "The broker keeps the last will."),
        Template("mqtt_birth_topic", "Topic of the message published once per connection."),
        Template("mqtt_birth_message", "Text of the message published once per connection.", payload: true),
        Qos("mqtt_birth_qos", "Quality of service of the message published once per connection."),
        Flag("mqtt_birth_retain", "The broker keeps the message published once per connection."),
        Flag("aws_iot", "The broker is AWS IoT: topics of 256 bytes at most, answers about the shadow published to are subscribed to, ALPN x-amzn-mqtt-ca on port 443. Without it that ALPN is asked for where the host ends in .amazonaws.com or .amazonaws.com.cn; false asks for none."),
        new()
        {
            Name = "mqtt_client_id", Kind = PolicyValueKind.Template, Default = "the client id blob, else a random one", Protocols = PolicyProtocols.Mqtt,
            IsExtension = true, ActedOn = true, Help = "What the broker calls this client.",
        },
        Blob("mqtt_username_blob", "MQTT_USERNAME", "The blob that holds the user name; none is sent where it is not in the store and not stated."),
        Blob("mqtt_password_blob", "MQTT_PASSWORD, or the token of use_auth", "The blob that holds the password; none is sent where it is not in the store and not stated."),
        new()
        {
            Name = "mqtt_version", Kind = PolicyValueKind.Number, Minimum = 4, Maximum = 5, Default = "4", Protocols = PolicyProtocols.Mqtt, IsExtension = true, ActedOn = true,
            Help = "The version of the protocol, by the number that it has on the wire: 4 is MQTT 3.1.1, 5 is MQTT 5.",
        },
        Number("mqtt_session_expiry", uint.MaxValue, "s", "4294967295, for ever, without mqtt_clean_start; else 0",
            "MQTT 5: how long the broker keeps the session when the connection has ended; 4294967295 for ever. MQTT 3.1.1 ends it with the connection with mqtt_clean_start, and never else."),
        Number("mqtt_receive_maximum", 65535, "", "100",
            "How many messages with QoS 1 or 2 may be in flight in each direction, before they are acknowledged. MQTT 5: told to the broker, whose own bound counts where it is lower. " +
            "MQTT 3.1.1: bounds what is sent, with QoS 2 to 20 unless another number than the default is stated, since mosquitto loses what is beyond its own 20.", minimum: 1),
        Number("mqtt_topic_alias_max", 65535, "", "0",
            "MQTT 5: how many topics are replaced by a number after their first use, in each direction at most; the broker's own bound counts where it is lower. Costs memory for as many topics."),
        Number("mqtt_queue_bytes", int.MaxValue, "bytes", "1048576",
            "How much of what arrives waits for a stream that is slower than the others of its connection. Beyond it messages with QoS 0 are dropped and counted, and others stay unacknowledged.",
            minimum: 1, PolicyImpact.NextAttempt),
        new()
        {
            Name = "mqtt_over_ws", Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Mqtt, IsExtension = true, ActedOn = true,
            Help = "Travel in a WebSocket connection with the subprotocol mqtt; http_url is its path.",
        },
    ];

    private static PolicyAttributeInfo Number(
        string name, long maximum, string unit, string otherwise, string help, long minimum = 0, PolicyImpact impact = PolicyImpact.Reconnect) => new()
    {
        Name = name, Kind = PolicyValueKind.Number, Minimum = minimum, Maximum = maximum, Unit = unit, Default = otherwise, Protocols = PolicyProtocols.Mqtt, Impact = impact,
        IsExtension = true, ActedOn = true, Help = help,
    };

    // A connection that stands keeps what it was made with.
    private static PolicyAttributeInfo Blob(string name, string otherwise, string help) => new()
    {
        Name = name, Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.BlobName, PatternHelp = PolicyPatterns.BlobNameHelp, Default = otherwise, Protocols = PolicyProtocols.Mqtt,
        Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true, Help = help,
    };

    private static PolicyAttributeInfo Template(string name, string help, bool payload = false) =>
        new() { Name = name, Kind = PolicyValueKind.Template, Protocols = PolicyProtocols.Mqtt, AllowsControlCharacters = payload, ActedOn = true, Help = help };

    private static PolicyAttributeInfo Flag(string name, string help) =>
        new() { Name = name, Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Mqtt, ActedOn = true, Help = help };

    private static PolicyAttributeInfo Qos(string name, string help, params ReadOnlySpan<string> oldSpellings) =>
        new() { Name = name, OldSpellings = [.. oldSpellings], Kind = PolicyValueKind.Number, Maximum = 2, Default = "0", Protocols = PolicyProtocols.Mqtt, ActedOn = true, Help = help };
}
