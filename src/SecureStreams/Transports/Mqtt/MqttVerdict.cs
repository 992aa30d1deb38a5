namespace SecureStreams.Transports.Mqtt;

/// <summary>What became of a message that a stream sent.</summary>
/// <param name="Refusal">Why the broker does not have it; null when it has it.</param>
/// <param name="Message">The message, by the number that the stream was told while it was taken.</param>
internal readonly record struct MqttVerdict(TransportFailure? Refusal, long Message);
