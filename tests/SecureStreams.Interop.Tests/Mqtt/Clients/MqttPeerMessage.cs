using System.Text;
using System.Text.Json;

namespace SecureStreams.Interop.Tests.Mqtt.Clients;

/// <summary>A message that a client of somebody else received.</summary>
/// <param name="Topic">Where it was published.</param>
/// <param name="Qos">With which QoS it came.</param>
/// <param name="Retain">Whether it came as a retained one.</param>
/// <param name="Duplicate">Whether it says that it may have come before; null where the program does not tell.</param>
/// <param name="Length">How long its payload is.</param>
/// <param name="Payload">Its payload; empty when that is long.</param>
/// <param name="Sha256">The hash of it in lower-case hex.</param>
internal sealed record MqttPeerMessage(string Topic, int Qos, bool Retain, bool? Duplicate, int Length, byte[] Payload, string Sha256)
{
    /// <summary>The payload as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    public static MqttPeerMessage Parse(JsonElement one) => new(
        one.GetProperty("topic").GetString()!,
        one.GetProperty("qos").GetInt32(),
        one.GetProperty("retain").GetBoolean(),
        one.TryGetProperty("dup", out var duplicate) ? duplicate.GetBoolean() : null,
        one.GetProperty("length").GetInt32(),
        one.TryGetProperty("base64", out var payload) ? payload.GetBytesFromBase64() : [],
        one.GetProperty("sha256").GetString()!);
}
