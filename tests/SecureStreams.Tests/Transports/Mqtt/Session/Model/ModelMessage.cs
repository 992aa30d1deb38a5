namespace SecureStreams.Tests.Transports.Mqtt.Session.Model;

/// <summary>A message of the model.</summary>
/// <param name="Number">Its place among those of its side.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Qos">1 or 2.</param>
internal readonly record struct ModelMessage(int Number, string Topic, byte Qos);
