using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>A message in a broker.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Qos">Its QoS, as published.</param>
/// <param name="Retain">Its RETAIN flag.</param>
public sealed record MqttBrokerMessage(string Topic, byte[] Payload, MqttQos Qos, bool Retain)
{
    /// <summary>Its properties, encoded, without a topic alias.</summary>
    public byte[] Properties { get; init; } = [];

    /// <summary>Who published it; empty for the broker itself.</summary>
    public string From { get; init; } = "";

    /// <summary>Its payload as text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>Its topic as bytes.</summary>
    public byte[] TopicBytes { get; } = Encoding.UTF8.GetBytes(Topic);
}
