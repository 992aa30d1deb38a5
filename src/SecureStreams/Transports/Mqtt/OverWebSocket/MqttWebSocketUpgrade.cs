using System.Buffers;
using System.Security.Cryptography;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Network;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Transports.Mqtt.OverWebSocket;

/// <summary>Makes a WebSocket connection with the subprotocol <c>mqtt</c> of a connection that stands (section 6 of both versions).</summary>
internal static class MqttWebSocketUpgrade
{
    private const string Subprotocol = "mqtt";
    private const int KeyBytes = 16;

    /// <summary>Asks for the upgrade and waits for the answer.</summary>
    /// <param name="carrier">The connection.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">The attempt is over.</param>
    /// <exception cref="TransportException">It was refused, or answered as it must not be.</exception>
    public static async ValueTask<MqttWebSocketStream> OpenAsync(LinkCarrier carrier, DialTarget target, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var upgrade = new WebSocketUpgrade
        {
            Host = HostOf(target),
            Target = path,
            Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)),
            Subprotocols = [Subprotocol],
        };
        await carrier.Stream.WriteAsync(WebSocketClientHandshake.WriteRequest(upgrade), cancellationToken).ConfigureAwait(false);
        var head = new ArrayBufferWriter<byte>(1024);
        var looked = 0;
        while (true)
        {
            var count = await carrier.Stream.ReadAsync(head.GetMemory(1024), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw Failed(SsPhase.Peer, SsCauseCode.PeerClosed, "The peer closed the connection before it answered the upgrade to WebSocket.");
            head.Advance(count);
            var end = HttpHead.FindEnd(head.WrittenSpan, looked);
            looked = head.WrittenCount;
            if (end >= 0)
            {
                Judge(head.WrittenSpan[..end], upgrade, time);
                return new MqttWebSocketStream(carrier.Stream, carrier.Wire, head.WrittenSpan[end..]);
            }

            if (head.WrittenCount > WebSocketDefaults.MaxHeaderBytes)
                throw Failed(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The upgrade to WebSocket failed: the head of the answer is longer than {WebSocketDefaults.MaxHeaderBytes} bytes.");
            if (!"HTTP/1."u8.StartsWith(head.WrittenSpan[..Math.Min(7, head.WrittenCount)]))
                throw Failed(SsPhase.Protocol, SsCauseCode.ProtocolError, "The upgrade to WebSocket failed: the answer is not HTTP/1.1; check that the port is one of WebSocket.");
        }
    }

    private static void Judge(ReadOnlySpan<byte> bytes, WebSocketUpgrade upgrade, TimeProvider time)
    {
        var problem = HttpHead.Parse(bytes, out var head);
        if (problem is not null || !head!.TryReadStatus(out var status))
            throw Failed(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The upgrade to WebSocket failed: {(problem is null ? "the answer is not HTTP/1.1" : $"the head of the answer {problem}")}.");
        if (status != 101)
        {
            var refusal = WebSocketRefusals.Of(status, head.Find("Retry-After"), head.Find("Date"), time.GetUtcNow());
            throw new TransportException(refusal with { PeerText = OperatorText.Clean(head.FirstLine) });
        }

        problem = WebSocketClientHandshake.Judge(head, upgrade, out var chosen);
        if (problem is null && chosen is null)
            problem = $"chooses no subprotocol, and '{Subprotocol}' has to be chosen";
        if (problem is not null)
            throw Failed(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The upgrade to WebSocket failed: the peer {OperatorText.Clean(problem)}.");
    }

    private static string HostOf(DialTarget target)
    {
        var usual = target.Tls is null ? 80 : 443;
        return target.UnixPath is not null || target.Port == usual ? target.Host : $"{target.Host}:{target.Port}";
    }

    private static TransportException Failed(SsPhase phase, SsCauseCode code, string message) => new(new TransportFailure(phase, code, message) { Attribute = "mqtt_over_ws" });
}
