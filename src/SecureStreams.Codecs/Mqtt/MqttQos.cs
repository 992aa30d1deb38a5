namespace SecureStreams.Codecs.Mqtt;

/// <summary>How surely a message is delivered (section 4.3 of both versions). The values are those on the wire.</summary>
public enum MqttQos
{
    /// <summary>Sent once, and never acknowledged: it may be lost.</summary>
    AtMostOnce,

    /// <summary>Sent until PUBACK comes: it may come twice.</summary>
    AtLeastOnce,

    /// <summary>Sent with PUBREC, PUBREL and PUBCOMP: it comes once.</summary>
    ExactlyOnce,
}
