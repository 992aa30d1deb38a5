using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Serving;

/// <summary>What is bound, for standard output: the only thing there, so that a script can wait for it and read the ports that were taken.</summary>
internal static class BoundEndPoints
{
    // Grows when a member changes its meaning or goes; not when one is added.
    private const int Version = 1;

    /// <summary>A line for each end point.</summary>
    public static ReadOnlyMemory<byte> Text(IEnumerable<(StreamTypePolicy Policy, SsListener Listener)> bound)
    {
        var text = new StringBuilder();
        foreach (var (policy, listener) in bound)
        {
            foreach (var endPoint in listener.EndPoints)
                text.Append(PlainText.OneLine($"{policy.Name}: {ProtocolOf(policy)}{(policy.Tls ? " over TLS" : "")} at {NameOf(endPoint)}")).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>One object in one line.</summary>
    public static ReadOnlyMemory<byte> Json(IEnumerable<(StreamTypePolicy Policy, SsListener Listener)> bound)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteStartArray("listeners");
            foreach (var (policy, listener) in bound)
            {
                writer.WriteStartObject();
                writer.WriteString("streamtype", policy.Name);
                writer.WriteString("protocol", ProtocolOf(policy));
                writer.WriteBoolean("tls", policy.Tls);
                writer.WriteStartArray("end_points");
                foreach (var endPoint in listener.EndPoints)
                    Write(writer, endPoint);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        text.Write("\n"u8);
        return text.WrittenMemory.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, EndPoint endPoint)
    {
        writer.WriteStartObject();
        if (endPoint is IPEndPoint ip)
        {
            writer.WriteString("address", ip.Address.ToString());
            writer.WriteNumber("port", ip.Port);
        }
        else
        {
            writer.WriteString("unix", UnixName(endPoint));
        }

        writer.WriteEndObject();
    }

    private static string NameOf(EndPoint endPoint) => endPoint is IPEndPoint ip ? ip.ToString() : $"unix:{UnixName(endPoint)}";

    // An abstract name begins with a NUL, which policies and people write as @.
    private static string UnixName(EndPoint endPoint) => (endPoint as UnixDomainSocketEndPoint)?.ToString().Replace('\0', '@') ?? endPoint.ToString() ?? "";

    public static string ProtocolOf(StreamTypePolicy policy) => policy.Protocol switch
    {
        WireProtocol.WebSocket => "ws",
        var other => other.ToString().ToLowerInvariant(),
    };
}
