namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>The end of a message that a session held. Its memory has gone back by then.</summary>
/// <param name="How">What became of it; <see cref="MqttSettlement.None"/> for no message.</param>
/// <param name="Owner">Who gave it, as given to <see cref="MqttSession.TryHold"/>; null when it came from an earlier process, or its owner is gone.</param>
/// <param name="Ticket">What <see cref="MqttSession.TryHold"/> returned.</param>
/// <param name="Reason">The reason code of the broker's answer; 0 where there is none.</param>
internal readonly record struct MqttSettled(MqttSettlement How, object? Owner, ulong Ticket, byte Reason);
