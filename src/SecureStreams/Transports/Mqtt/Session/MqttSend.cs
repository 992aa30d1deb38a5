namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>One packet that a session wants to be sent now.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Id">Its packet identifier, never 0.</param>
/// <param name="Reason">Its reason code; MQTT 3.1.1 has no place for one and leaves it out.</param>
/// <param name="Message">The message of a PUBLISH; null for all others. It is the session's: valid until <see cref="MqttSession.Written"/> or the end of the connection.</param>
/// <param name="IsDuplicate">The DUP flag of a PUBLISH.</param>
internal readonly record struct MqttSend(MqttSendKind Kind, ushort Id, byte Reason, MqttHeldMessage? Message, bool IsDuplicate);
