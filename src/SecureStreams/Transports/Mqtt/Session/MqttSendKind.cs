namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>What a session wants to be sent, by the number of the control packet (MQTT 2.2.1 of 3.1.1, 2.1.2 of 5).</summary>
internal enum MqttSendKind : byte
{
    /// <summary>A message, first or again.</summary>
    Publish = 3,

    /// <summary>The answer to a PUBLISH with QoS 1.</summary>
    PubAck = 4,

    /// <summary>The first answer to a PUBLISH with QoS 2.</summary>
    PubRec = 5,

    /// <summary>The answer to a PUBREC.</summary>
    PubRel = 6,

    /// <summary>The answer to a PUBREL.</summary>
    PubComp = 7,
}
