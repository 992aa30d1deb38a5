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
            Name = "mqtt_keep_alive", Kind = PolicyValueKind.Number, Maximum = 65535, Unit = "s", Default = "0", Protocols = PolicyProtocols.Mqtt,
            Help = "Keep-alive interval told to the broker.",
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
        Flag("aws_iot", "The broker is AWS IoT."),
        new()
        {
            Name = "mqtt_client_id", Kind = PolicyValueKind.Template, Default = "the client id blob, else a random one", Protocols = PolicyProtocols.Mqtt,
            IsExtension = true, Help = "What the broker calls this client.",
        },
    ];

    private static PolicyAttributeInfo Template(string name, string help, bool payload = false) =>
        new() { Name = name, Kind = PolicyValueKind.Template, Protocols = PolicyProtocols.Mqtt, AllowsControlCharacters = payload, Help = help };

    private static PolicyAttributeInfo Flag(string name, string help) =>
        new() { Name = name, Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Mqtt, Help = help };

    private static PolicyAttributeInfo Qos(string name, string help, params ReadOnlySpan<string> oldSpellings) =>
        new() { Name = name, OldSpellings = [.. oldSpellings], Kind = PolicyValueKind.Number, Maximum = 2, Default = "0", Protocols = PolicyProtocols.Mqtt, Help = help };
}
