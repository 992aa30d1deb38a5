namespace SecureStreams.Transports.Mqtt;

/// <summary>What became of a message that a stream sent.</summary>
/// <param name="Refusal">Why the broker does not have it; null when it has it.</param>
internal readonly record struct MqttVerdict(TransportFailure? Refusal);
