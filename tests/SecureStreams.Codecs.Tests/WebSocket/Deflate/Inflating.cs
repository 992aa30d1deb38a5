using System.Buffers;
using System.IO.Compression;
using SecureStreams.Codecs.WebSocket.Deflate;

namespace SecureStreams.Codecs.Tests.WebSocket.Deflate;

/// <summary>Drives the codecs as a connection would.</summary>
internal static class Inflating
{
    /// <summary>Feeds a message in pieces and collects what comes out of destinations of one size.</summary>
    /// <param name="inflater">What decompresses.</param>
    /// <param name="message">The payload of the message.</param>
    /// <param name="pieces">How many bytes come at a time.</param>
    /// <param name="room">How long the destination is.</param>
    /// <param name="output">What came out, also before a failure.</param>
    public static WebSocketInflateStatus Run(WebSocketInflater inflater, ReadOnlySpan<byte> message, int pieces, int room, out byte[] output)
    {
        var all = new ArrayBufferWriter<byte>();
        var destination = new byte[room];
        while (true)
        {
            var piece = message[..Math.Min(pieces, message.Length)];
            var isLast = piece.Length == message.Length;
            var status = inflater.Inflate(piece, isLast, destination, out var consumed, out var written);
            all.Write(destination.AsSpan(0, written));
            message = message[consumed..];
            if (status == WebSocketInflateStatus.NeedsInput)
            {
                Assert.False(isLast);
                Assert.Equal(piece.Length, consumed);
            }
            else if (status == WebSocketInflateStatus.DestinationFull)
            {
                Assert.Equal(room, written);
            }
            else
            {
                if (status == WebSocketInflateStatus.EndOfMessage)
                    Assert.True(message.IsEmpty);
                output = all.WrittenSpan.ToArray();
                return status;
            }
        }
    }

    public static byte[] Message(WebSocketInflater inflater, ReadOnlySpan<byte> message, int pieces = int.MaxValue, int room = 16384)
    {
        var status = Run(inflater, message, pieces, room, out var output);
        Assert.True(status == WebSocketInflateStatus.EndOfMessage, inflater.Problem);
        return output;
    }

    public static byte[] Compress(WebSocketDeflater deflater, ReadOnlySpan<byte> message, bool endOfMessage = true)
    {
        var output = new ArrayBufferWriter<byte>();
        deflater.Compress(message, endOfMessage, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Compressed by the platform, flushed and cut as the specification says.</summary>
    public static byte[] Reference(ReadOnlySpan<byte> message, CompressionLevel level = CompressionLevel.Optimal)
    {
        var output = new MemoryStream();
        using var deflate = new DeflateStream(output, level, leaveOpen: true);
        deflate.Write(message);
        deflate.Flush();
        return output.ToArray()[..^4];
    }

    /// <summary>What the platform makes of a payload.</summary>
    public static byte[] ReferenceInflate(ReadOnlySpan<byte> payload)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. payload, 0x00, 0x00, 0xFF, 0xFF]), CompressionMode.Decompress);
        var output = new MemoryStream();
        inflate.CopyTo(output);
        return output.ToArray();
    }

    /// <summary>Data of a kind: 0 text that repeats, 1 bytes without pattern, 2 long runs, 3 few symbols, 4 references far back.</summary>
    public static byte[] Data(int kind, int length, int seed)
    {
        var random = new Random(seed);
        var data = new byte[length];
        random.NextBytes(data);
        for (var at = 0; at < length; at++)
        {
            data[at] = kind switch
            {
                0 => (byte)"{\"temperature\": 21.5, \"humidity\": 40}\n"[(at + (at / 97 * 3)) % 38],
                1 => data[at],
                2 => (byte)(at / 700),
                3 => (byte)('a' + (data[at] & 3)),
                _ => at >= 20_000 && at % 2000 < 600 ? data[at - 20_000] : data[at],
            };
        }

        return data;
    }
}
