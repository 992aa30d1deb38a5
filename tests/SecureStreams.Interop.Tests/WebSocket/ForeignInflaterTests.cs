using System.Buffers;
using System.Text.Json;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>What the compressor writes for a window, zlib reads with that window, which refuses whatever goes further back.</summary>
public class ForeignInflaterTests
{
    public static TheoryData<int, bool> Windows => new(
        from bits in Enumerable.Range(8, 8)
        from takeover in new[] { false, true }
        select new TheoryDataRow<int, bool>(bits, takeover));

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Zlib_reads_every_window_with_that_window(int bits, bool takeover)
    {
        await using var process = Start();
        var messages = Messages();
        using var deflater = new WebSocketDeflater(bits, takeover);
        var answer = await AskAsync(process, bits, takeover, messages.Select(message => Compress(deflater, message)));
        Assert.False(answer.TryGetProperty("error", out var error), error.ToString());
        Assert.Equal(messages.Select(Convert.ToBase64String), answer.GetProperty("messages").EnumerateArray().Select(static one => one.GetString()));
    }

    [Fact]
    public async Task Zlib_with_a_smaller_window_refuses_what_was_written_for_a_larger()
    {
        await using var process = Start();
        using var deflater = new WebSocketDeflater(15, contextTakeover: false);
        var answer = await AskAsync(process, 9, takeover: false, Messages().Select(message => Compress(deflater, message)));
        Assert.Contains("distance too far back", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    // Bytes without pattern, then again and again what came 200, 300, 600, 5000 and 20000 bytes before.
    private static List<byte[]> Messages()
    {
        var messages = new List<byte[]> { Array.Empty<byte>(), "Hello"u8.ToArray(), "Hello"u8.ToArray() };
        foreach (var distance in new[] { 200, 300, 600, 5000, 20_000 })
        {
            var message = DeterministicBytes.Make(60_000, distance);
            for (var at = distance; at < message.Length; at++)
            {
                if (at % 100 < 70)
                    message[at] = message[at - distance];
            }

            messages.Add(message);
        }

        return messages;
    }

    private static string Compress(WebSocketDeflater deflater, byte[] message)
    {
        var output = new ArrayBufferWriter<byte>();
        deflater.Compress(message, endOfMessage: true, output);
        return Convert.ToBase64String(output.WrittenSpan);
    }

    private static async Task<JsonElement> AskAsync(PeerProcess process, int bits, bool takeover, IEnumerable<string> payloads)
    {
        await process.WriteLineAsync(JsonSerializer.Serialize(new { bits, takeover, payloads }));
        return await process.WaitForAsync("messages");
    }

    private static PeerProcess Start() => PeerProcess.Start(
        Peer.Find("node") ?? throw Peer.Absent("node", "nodejs"), RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "WebSocket", "node", "inflate.mjs"));
}
