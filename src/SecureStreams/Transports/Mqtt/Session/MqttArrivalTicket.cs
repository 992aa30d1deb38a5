namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>What whoever takes an incoming message of QoS 1 or 2 gives back to say what became of it. One that is late (another connection, another session) does nothing.</summary>
/// <param name="Id">The packet identifier; 0 for QoS 0, which needs no answer.</param>
/// <param name="Qos">1 or 2.</param>
/// <param name="Era">The connection (QoS 1) or the session (QoS 2) in which it came.</param>
internal readonly record struct MqttArrivalTicket(ushort Id, byte Qos, uint Era);
