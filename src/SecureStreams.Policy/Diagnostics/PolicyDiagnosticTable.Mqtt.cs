namespace SecureStreams.Policy;

/// <content>MQTT: 0441 to 0446.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo MqttTopic = Error("SSP0441", "Nothing can be published to a topic",
        "The topic of a message has no wildcards and at least one character; a broker hangs up on any other.",
        "Write the whole topic; wildcards belong into mqtt_subscribe.",
        """
        { "s": [ { "demo": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "mqtt_topic": "sensors/+/state" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo MqttFilter = Error("SSP0442", "A topic filter is malformed",
        "A + stands for one whole level, a # for all that follow; a broker hangs up on any other use.",
        "Set wildcards apart by slashes, # at the end.",
        """
        { "s": [ { "demo": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "mqtt_subscribe": "sensors/#/state" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo MqttMessageWithoutTopic = Warning("SSP0443", "A message has no topic",
        "Without a topic the last will, or the message at connection, is not sent, and the rest of it has no effect.",
        "Add mqtt_will_topic or mqtt_birth_topic, or remove the attribute.",
        """
        { "s": [ { "demo": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "mqtt_topic": "a/b", "mqtt_will_message": "gone" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo MqttNoTopic = Warning("SSP0444", "A streamtype neither publishes nor receives",
        "It would connect and do nothing.",
        "Add mqtt_topic or mqtt_subscribe.",
        """
        { "s": [ { "demo": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo MqttTopicTooLong = Warning("SSP0445", "A topic is too long for AWS IoT",
        "The broker closes the connection.",
        "Shorten it to 256 bytes.",
        """
        { "s": [ { "demo": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "aws_iot": true, "mqtt_topic": "long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo MqttIdentity = Error("SSP0446", "Two streamtypes would fight over one MQTT client id",
        "A broker ends a session when the same client id connects again. Streamtypes with one identity share one connection, which can have one keep-alive, one last will, one certificate.",
        "Make the attributes the same, or give each streamtype its own mqtt_client_id.",
        """
        { "s": [ { 
          "one": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "mqtt_topic": "a", "mqtt_keep_alive": 60 },
          "two": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "mqtt_topic": "b", "mqtt_keep_alive": 30 }
         } ] }
        """);
}
