namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>What is to be done with a PUBLISH of QoS 1 or 2 that came in.</summary>
internal enum MqttArrival
{
    /// <summary>It is given to its streams; then <see cref="MqttSession.Accept"/>, <see cref="MqttSession.Refuse"/> or <see cref="MqttSession.Leave"/> follows.</summary>
    Deliver,

    /// <summary>QoS 2: it was given already. Its payload is skipped; the session has seen to the answer.</summary>
    Duplicate,

    /// <summary>Its packet identifier is 0: a malformed packet (MQTT-2.3.1-1, in 5 MQTT-2.2.1-3). The connection ends.</summary>
    NoIdentifier,
}
