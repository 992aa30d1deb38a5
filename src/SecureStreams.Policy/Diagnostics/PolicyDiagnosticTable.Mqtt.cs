namespace SecureStreams.Policy;

/// <content>MQTT: 0441 to 0448.</content>
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

    internal static readonly PolicyDiagnosticInfo MqttNewerOnly = Warning("SSP0447", "MQTT 3.1.1 does not have what is asked for",
        "Session expiry and topic aliases came with MQTT 5. MQTT 3.1.1 is spoken unless mqtt_version says otherwise.",
        "Set mqtt_version to 5, if the broker speaks it, or remove the attribute.",
        """
        { "s": [ { "demo": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "mqtt_topic": "a/b", "mqtt_session_expiry": 3600 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo MqttMetadataName = Error("SSP0448", "Metadata of mqtt has a name that is not known",
        "In mqtt, metadata travel in user properties. Names of these that begin with a $ stand for parts of a message: $topic is the topic of what was received, $qos its QoS (0, 1, 2), $retain whether the broker had kept it (0, 1), $dup whether it may have come before (0, 1). There is no other.",
        "Write $topic, $qos, $retain or $dup, or the name of a user property that does not begin with a $.",
        """
        { "s": [ { "demo": { "endpoint": "broker.example", "port": 1883, "protocol": "mqtt", "mqtt_subscribe": "a/+", "metadata": [ { "where": "$topics" } ] } } ] }
        """);
}
