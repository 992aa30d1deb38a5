using System.IO.Compression;
using System.Text;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Codecs.Tests.WebSocket.Deflate;

public class WebSocketInflaterTests
{
    private const long Plenty = 1 << 24;

    // RFC 7692 section 7.2.3, each of them "Hello" (once or twice) as payload of a message.
    [Theory]
    [InlineData("F248CDC9C90700", "Hello")] // 7.2.3.1, one block
    [InlineData("000500FAFF48656C6C6F00", "Hello")] // 7.2.3.3, not compressed
    [InlineData("F348CDC9C9070000", "Hello")] // 7.2.3.4, a block marked as the last
    [InlineData("F248050000 00FFFF CAC9C90700", "Hello")] // 7.2.3.5, two blocks
    [InlineData("00", "")] // 7.2.3.6, an empty message
    [InlineData("", "")]
    [InlineData("F348CDC9C90700", "Hello")] // marked as the last, without the byte after it
    [InlineData("F348CDC9C90700F348CDC9C9070000", "HelloHello")] // twice marked as the last
    [InlineData("F348CDC9C90700F248CDC9C90700", "HelloHello")]
    public void The_examples_of_the_specification_come_out_at_every_cut(string payload, string text)
    {
        var bytes = Convert.FromHexString(payload.Replace(" ", "", StringComparison.Ordinal));
        for (var cut = 1; cut <= Math.Max(1, bytes.Length); cut++)
        {
            for (var room = 1; room <= 11; room++)
            {
                using var inflater = new WebSocketInflater(15, contextTakeover: false, Plenty);
                Assert.Equal(text, Encoding.ASCII.GetString(Inflating.Message(inflater, bytes, cut, room)));
                Assert.Equal(text, Encoding.ASCII.GetString(Inflating.Message(inflater, bytes, cut, room)));
            }
        }
    }

    [Fact]
    public void With_context_takeover_the_second_message_refers_to_the_first() // RFC 7692 section 7.2.3.2
    {
        using var kept = new WebSocketInflater(15, contextTakeover: true, Plenty);
        Assert.Equal("Hello"u8, Inflating.Message(kept, Convert.FromHexString("F248CDC9C90700")));
        Assert.Equal("Hello"u8, Inflating.Message(kept, Convert.FromHexString("F200110000")));

        using var anew = new WebSocketInflater(15, contextTakeover: false, Plenty);
        Assert.Equal("Hello"u8, Inflating.Message(anew, Convert.FromHexString("F248CDC9C90700")));
        Assert.Equal(WebSocketInflateStatus.Invalid, Inflating.Run(anew, Convert.FromHexString("F200110000"), 99, 99, out _));
        Assert.Equal("A compressed block refers 5 bytes back, where 1 are known", anew.Problem);
    }

    [Theory]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    [InlineData(CompressionLevel.NoCompression)]
    public void What_the_platform_compresses_comes_out_whatever_the_pieces(CompressionLevel level)
    {
        for (var kind = 0; kind < 5; kind++)
        {
            foreach (var length in new[] { 1, 2, 3, 257, 258, 259, 4095, 4096, 4097, 32767, 32768, 32769, 150_000 })
            {
                var data = Inflating.Data(kind, length, length);
                var payload = Inflating.Reference(data, level);
                foreach (var (pieces, room) in new[] { (int.MaxValue, 16384), (1, 16384), (7, 333), (1000, 65536), (int.MaxValue, 1), (3, 200_000) })
                {
                    using var inflater = new WebSocketInflater(15, contextTakeover: false, Plenty);
                    Assert.True(data.AsSpan().SequenceEqual(Inflating.Message(inflater, payload, pieces, room)), $"kind {kind}, {length} bytes in {pieces}, out {room}");
                }
            }
        }
    }

    [Fact]
    public void Cut_at_every_byte_a_message_is_the_same()
    {
        var data = Inflating.Data(0, 3000, 1).Concat(Inflating.Data(3, 3000, 2)).ToArray();
        var payload = Inflating.Reference(data);
        var destination = new byte[10_000];
        using var inflater = new WebSocketInflater(15, contextTakeover: false, Plenty);
        for (var cut = 0; cut <= payload.Length; cut++)
        {
            Assert.Equal(WebSocketInflateStatus.NeedsInput, inflater.Inflate(payload.AsSpan(0, cut), false, destination, out var consumed, out var first));
            Assert.Equal(cut, consumed);
            Assert.Equal(WebSocketInflateStatus.EndOfMessage, inflater.Inflate(payload.AsSpan(cut), true, destination.AsSpan(first), out _, out var second));
            Assert.True(data.AsSpan().SequenceEqual(destination.AsSpan(0, first + second)), $"{cut}");
        }
    }

    [Fact]
    public void A_message_cut_short_at_any_byte_is_refused()
    {
        var payload = Inflating.Reference(Inflating.Data(3, 3000, 2));
        for (var length = 1; length < payload.Length; length++)
        {
            using var inflater = new WebSocketInflater(15, contextTakeover: false, Plenty);
            Assert.Equal(WebSocketInflateStatus.Invalid, Inflating.Run(inflater, payload.AsSpan(0, length), 50, 10_000, out _));
            Assert.NotNull(inflater.Problem);
        }
    }

    [Theory]
    [InlineData("07", "A compressed block is of a kind that does not exist")]
    [InlineData("06", "A compressed block is of a kind that does not exist")]
    [InlineData("000500FBFF48656C6C6F00", "The length of a stored block contradicts its check")]
    [InlineData("000900F6FF4865", "The message ends in the middle of a compressed block")]
    [InlineData("FCFF", "A compressed block has more symbols than there are")]
    [InlineData("0400FEFFFFFFFF", "The code of a compressed block is none")]
    [InlineData("1A03", "A compressed block has a length without meaning")]
    public void What_is_not_compressed_data_is_refused_with_words(string payload, string problem)
    {
        using var inflater = new WebSocketInflater(15, contextTakeover: false, Plenty);
        Assert.Equal(WebSocketInflateStatus.Invalid, Inflating.Run(inflater, Convert.FromHexString(payload), 99, 99, out _));
        Assert.Equal(problem, inflater.Problem);

        // And nothing more comes.
        Assert.Equal(WebSocketInflateStatus.Invalid, inflater.Inflate("\0"u8, true, new byte[9], out var consumed, out var written));
        Assert.Equal((0, 0), (consumed, written));
    }

    [Fact]
    public void A_reference_beyond_the_agreed_window_is_refused()
    {
        // The same 100 bytes again after 300 others.
        var first = Inflating.Data(1, 100, 1);
        var payload = Inflating.Reference([.. first, .. Inflating.Data(1, 300, 2), .. first]);
        using var enough = new WebSocketInflater(9, contextTakeover: false, Plenty);
        Assert.Equal(500, Inflating.Message(enough, payload).Length);
        using var small = new WebSocketInflater(8, contextTakeover: false, Plenty);
        Assert.Equal(WebSocketInflateStatus.Invalid, Inflating.Run(small, payload, 99, 99, out _));
        Assert.Equal("A compressed block refers 400 bytes back, where 256 are known", small.Problem);
    }

    [Theory]
    [InlineData(1000, 1000, true)]
    [InlineData(1000, 1001, false)]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(40_000, 40_000, true)]
    [InlineData(40_000, 40_001, false)]
    public void A_message_may_be_as_long_as_allowed_and_not_a_byte_longer(int allowed, int length, bool fits)
    {
        foreach (var level in new[] { CompressionLevel.Fastest, CompressionLevel.NoCompression })
        {
            var payload = Inflating.Reference(new byte[length], level);
            foreach (var room in new[] { 1, allowed, allowed + 1, 16384 })
            {
                using var inflater = new WebSocketInflater(15, contextTakeover: true, allowed);
                for (var round = 0; round < (fits ? 2 : 1); round++)
                {
                    var status = Inflating.Run(inflater, payload, 100, room, out var output);
                    Assert.Equal(fits ? WebSocketInflateStatus.EndOfMessage : WebSocketInflateStatus.TooLarge, status);
                    Assert.Equal(allowed, output.Length);
                }

                Assert.Equal(fits ? null : $"The message is longer than the {allowed} bytes allowed", inflater.Problem);
            }
        }
    }

    [Fact]
    public void A_bomb_gives_what_is_asked_for_and_no_more()
    {
        // 64 MiB of zeros in some 64 KiB.
        var payload = Inflating.Reference(new byte[64 << 20]);
        Assert.True(payload.Length < 70_000);
        using var inflater = new WebSocketInflater(15, contextTakeover: false, 1_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var destination = new byte[16384];
        var rest = payload.AsSpan();
        WebSocketInflateStatus status;
        long total = 0;
        do
        {
            status = inflater.Inflate(rest, true, destination, out var consumed, out var written);
            rest = rest[consumed..];
            total += written;
        }
        while (status == WebSocketInflateStatus.DestinationFull);

        Assert.Equal(WebSocketInflateStatus.TooLarge, status);
        Assert.Equal(1_000_000, total);
        Assert.True(rest.Length > payload.Length - 2000, "Only what those bytes needed was looked at.");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Blocks_without_content_do_not_go_on_for_ever()
    {
        var nothing = Convert.FromHexString(string.Concat(Enumerable.Repeat("000000FFFF", 2000)));
        using var inflater = new WebSocketInflater(15, contextTakeover: false, 100);
        var status = WebSocketInflateStatus.NeedsInput;
        var rounds = 0;
        for (; status == WebSocketInflateStatus.NeedsInput; rounds++)
            status = inflater.Inflate(nothing, false, new byte[10], out _, out _);
        Assert.Equal(WebSocketInflateStatus.TooLarge, status);
        Assert.Equal(7, rounds);
        Assert.Equal("70000 compressed bytes are too many for a message of at most 100", inflater.Problem);
    }

    [Fact]
    public void Messages_allocate_nothing_once_their_arrays_are_rented()
    {
        foreach (var takeover in new[] { false, true })
        {
            var payload = Inflating.Reference(Inflating.Data(3, 5000, 3));
            using var inflater = new WebSocketInflater(15, takeover, Plenty);
            var destination = new byte[16384];
            inflater.Inflate(payload, true, destination, out _, out _);
            var complete = 0;
            Assert.Equal(0, Allocated.Least(Rounds));
            Assert.Equal(150, complete);

            void Rounds()
            {
                for (var round = 0; round < 50; round++)
                    complete += inflater.Inflate(payload, true, destination, out _, out _) == WebSocketInflateStatus.EndOfMessage ? 1 : 0;
            }
        }
    }

    [Fact]
    public void A_disposed_one_takes_nothing()
    {
        var inflater = new WebSocketInflater(15, contextTakeover: true, Plenty);
        inflater.Inflate(Convert.FromHexString("F248CDC9C90700"), false, new byte[9], out _, out _);
        inflater.Dispose();
        inflater.Dispose();
        Assert.Equal(WebSocketInflateStatus.Invalid, inflater.Inflate("\0"u8, true, new byte[9], out _, out _));
        Assert.Equal("The inflater is disposed", inflater.Problem);
    }

    [Theory]
    [InlineData(7, 1L)]
    [InlineData(16, 1L)]
    [InlineData(15, 0L)]
    public void Numbers_out_of_range_throw(int bits, long maximum) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketInflater(bits, contextTakeover: false, maximum));
}
