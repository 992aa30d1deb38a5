using System.Text;

namespace SecureStreams.Transports.Mqtt;

/// <summary>A topic filter that a stream subscribes to.</summary>
/// <param name="Text">The filter.</param>
/// <param name="Qos">The highest quality of service that it asks for.</param>
internal sealed record MqttFilter(string Text, int Qos)
{
    /// <summary>The filter as it goes out.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Text);
}
