using System.Buffers;
using System.IO.Compression;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Codecs.Tests.WebSocket.Deflate;

public class WebSocketDeflaterTests
{
    private const long Plenty = 1 << 24;

    public static TheoryData<int, bool, CompressionLevel> Windows => new(
        from bits in Enumerable.Range(8, 8)
        from takeover in new[] { false, true }
        from level in new[] { CompressionLevel.Fastest, CompressionLevel.Optimal, CompressionLevel.SmallestSize, CompressionLevel.NoCompression }
        select new TheoryDataRow<int, bool, CompressionLevel>(bits, takeover, level));

    [Fact]
    public void A_greeting_is_compressed_as_the_specification_shows() // RFC 7692 sections 7.2.3.1, 7.2.3.2, 7.2.3.6
    {
        using var deflater = new WebSocketDeflater(15, contextTakeover: true, CompressionLevel.Optimal);
        Assert.Equal("F248CDC9C90700", Convert.ToHexString(Inflating.Compress(deflater, "Hello"u8)));
        Assert.Equal("F200110000", Convert.ToHexString(Inflating.Compress(deflater, "Hello"u8)));
        Assert.Equal("00", Convert.ToHexString(Inflating.Compress(deflater, [])));

        using var anew = new WebSocketDeflater(15, contextTakeover: false, CompressionLevel.Optimal);
        Assert.Equal("F248CDC9C90700", Convert.ToHexString(Inflating.Compress(anew, "Hello"u8)));
        Assert.Equal("F248CDC9C90700", Convert.ToHexString(Inflating.Compress(anew, "Hello"u8)));
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void Every_window_and_every_kind_of_data_comes_out_of_an_inflater_that_holds_the_window_to_be_a_law(int bits, bool takeover, CompressionLevel level)
    {
        using var deflater = new WebSocketDeflater(bits, takeover, level);
        using var inflater = new WebSocketInflater(bits, takeover, Plenty);
        for (var kind = 0; kind < 5; kind++)
        {
            foreach (var length in new[] { 0, 1, 255, 256, 257, 511, 513, 5000, 0, 70_000 })
            {
                var data = Inflating.Data(kind, length, bits);
                Assert.True(data.AsSpan().SequenceEqual(Inflating.Message(inflater, Inflating.Compress(deflater, data), 1000, 4000)), $"kind {kind}, {length} bytes");
            }
        }
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(15, false)]
    [InlineData(9, true)]
    [InlineData(8, false)]
    public void What_was_given_so_far_can_be_read_before_the_message_ends(int bits, bool takeover)
    {
        var data = Inflating.Data(0, 3000, 5);
        using var deflater = new WebSocketDeflater(bits, takeover);
        using var inflater = new WebSocketInflater(bits, takeover, Plenty);
        var destination = new byte[4000];
        for (var round = 0; round < 3; round++)
        {
            var read = 0;
            for (var at = 0; at < data.Length; at += 750)
            {
                var part = Inflating.Compress(deflater, data.AsSpan(at, 750), endOfMessage: false);
                Assert.Equal(WebSocketInflateStatus.NeedsInput, inflater.Inflate(part, false, destination.AsSpan(read), out _, out var written));
                Assert.Equal(750, written);
                read += written;
            }

            Assert.Empty(Inflating.Compress(deflater, [], endOfMessage: false));
            Assert.Equal(WebSocketInflateStatus.EndOfMessage, inflater.Inflate(Inflating.Compress(deflater, []), true, destination.AsSpan(read), out _, out _));
            Assert.Equal(data, destination[..read]);
        }
    }

    [Fact]
    public void The_platform_reads_what_is_written()
    {
        using var deflater = new WebSocketDeflater(10, contextTakeover: false);
        for (var kind = 0; kind < 5; kind++)
        {
            var data = Inflating.Data(kind, 10_000, 1);
            Assert.Equal(data, Inflating.ReferenceInflate(Inflating.Compress(deflater, data)));
        }
    }

    [Fact]
    public void Earlier_messages_make_later_ones_short_until_the_context_is_given_up()
    {
        var data = Inflating.Data(1, 500, 1);
        using var deflater = new WebSocketDeflater(15, contextTakeover: true);
        using var inflater = new WebSocketInflater(15, contextTakeover: true, Plenty);
        var first = Inflating.Compress(deflater, data);
        var second = Inflating.Compress(deflater, data);
        deflater.ReleaseContext();
        var third = Inflating.Compress(deflater, data);
        Assert.True(second.Length < 50, $"{second.Length}");
        Assert.Equal(first.Length, third.Length);
        Assert.Equal(data, Inflating.Message(inflater, first));
        Assert.Equal(data, Inflating.Message(inflater, second));
        Assert.Equal(data, Inflating.Message(inflater, third));

        // Also inside a message, and what was compressed and not sent is referred to by nothing that follows.
        var begun = Inflating.Compress(deflater, data, endOfMessage: false);
        Inflating.Compress(deflater, Inflating.Data(1, 500, 2), endOfMessage: false);
        deflater.ReleaseContext();
        var ended = Inflating.Compress(deflater, Inflating.Data(1, 500, 2));
        Assert.Equal([.. data, .. Inflating.Data(1, 500, 2)], Inflating.Message(inflater, [.. begun, .. ended]));
    }

    [Fact]
    public void A_kept_compressor_allocates_nothing_for_a_message()
    {
        var data = Inflating.Data(0, 1000, 1);
        var output = new ArrayBufferWriter<byte>(65536);
        using var deflater = new WebSocketDeflater(15, contextTakeover: true);
        deflater.Compress(data, true, output);
        Assert.Equal(0, Allocated.Least(() =>
        {
            for (var round = 0; round < 50; round++)
            {
                output.ResetWrittenCount();
                deflater.Compress(data, true, output);
            }
        }));
    }

    [Fact]
    public void A_disposed_one_throws()
    {
        var deflater = new WebSocketDeflater(15, contextTakeover: true);
        deflater.Compress("a"u8, false, new ArrayBufferWriter<byte>());
        deflater.Dispose();
        deflater.Dispose();
        Assert.Throws<ObjectDisposedException>(() => deflater.Compress("a"u8, true, new ArrayBufferWriter<byte>()));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(16)]
    public void Windows_out_of_range_throw(int bits) => Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketDeflater(bits, contextTakeover: false));
}
