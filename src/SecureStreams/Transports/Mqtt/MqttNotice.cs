namespace SecureStreams.Transports.Mqtt;

/// <summary>A message that belongs to a connection and not to a stream: the last will, and the one at connection. After expansion.</summary>
/// <param name="Topic">Where it goes.</param>
/// <param name="Message">Its text.</param>
/// <param name="Qos">0 to 2.</param>
/// <param name="Retain">Whether the broker keeps it.</param>
internal sealed record MqttNotice(string Topic, string Message, int Qos, bool Retain);
