using System.Text;
using System.Text.Unicode;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Codecs.Tests.WebSocket;

public class WebSocketUtf8Tests
{
    // One text with code points of every length, at the ends of their ranges.
    private const string Mixed = "aé\u07FF\u0800€\uD7FF\uE000\uFFFF\U00010000😀\U0010FFFFz\0";

    [Fact]
    public void Every_code_point_is_text_and_at_every_cut_the_text_may_not_end_inside_it()
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (value == 0xD800)
                value = 0xE000;
            var length = new Rune(value).EncodeToUtf8(bytes);
            var text = default(WebSocketUtf8);
            for (var at = 0; at < length; at++)
            {
                Assert.True(text.TryFeed(bytes.Slice(at, 1)));
                Assert.Equal(at == length - 1, text.IsComplete);
            }
        }
    }

    [Fact]
    public void Every_sequence_of_two_bytes_is_judged_as_the_platform_judges_it()
    {
        for (var first = 0; first < 256; first++)
        {
            for (var second = 0; second < 256; second++)
                Check([(byte)first, (byte)second]);
        }
    }

    [Fact]
    public void Every_sequence_of_three_and_four_bytes_at_the_ends_of_ranges_is_judged_as_the_platform_judges_it()
    {
        byte[] ends = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF];
        foreach (var a in ends)
        {
            foreach (var b in ends)
            {
                foreach (var c in ends)
                {
                    Check([a, b, c]);
                    foreach (var d in ends)
                        Check([a, b, c, d]);
                }
            }
        }
    }

    [Theory]
    [InlineData("C0 80", 0)] // U+0000 in two bytes
    [InlineData("C1 BF", 0)] // U+007F in two bytes
    [InlineData("E0 9F BF", 1)] // U+07FF in three bytes
    [InlineData("F0 8F BF BF", 1)] // U+FFFF in four bytes
    [InlineData("ED A0 80", 1)] // the first surrogate
    [InlineData("ED BF BF", 1)] // the last
    [InlineData("F4 90 80 80", 1)] // U+110000
    [InlineData("F5 80 80 80", 0)]
    [InlineData("F8 88 80 80 80", 0)] // five bytes
    [InlineData("FE", 0)]
    [InlineData("80", 0)]
    [InlineData("C3 28", 1)]
    [InlineData("E2 28 A1", 1)]
    [InlineData("E2 82 28", 2)]
    [InlineData("F0 90 28 BC", 2)]
    [InlineData("F0 90 8C 28", 3)]
    public void It_fails_at_the_first_byte_that_cannot_be(string hex, int at)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var text = default(WebSocketUtf8);
        for (var index = 0; index < bytes.Length; index++)
            Assert.Equal(index < at, text.TryFeed(bytes.AsSpan(index, 1)));
        Assert.False(text.IsComplete);
        Assert.False(text.TryFeed("a"u8));
        text.Reset();
        Assert.True(text.TryFeed("a"u8));
        Assert.True(text.IsComplete);
    }

    [Fact]
    public void A_text_cut_at_any_two_places_is_the_same_text()
    {
        var bytes = Encoding.UTF8.GetBytes(Mixed + Mixed);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                var text = default(WebSocketUtf8);
                Assert.True(text.TryFeed(bytes.AsSpan(0, first)));
                Assert.Equal(Utf8.IsValid(bytes.AsSpan(0, first)), text.IsComplete);
                Assert.True(text.TryFeed(bytes.AsSpan(first, second - first)));
                Assert.Equal(Utf8.IsValid(bytes.AsSpan(0, second)), text.IsComplete);
                Assert.True(text.TryFeed(bytes.AsSpan(second)));
                Assert.True(text.IsComplete);
            }
        }
    }

    [Fact]
    public void A_wrong_byte_at_any_place_of_a_long_text_fails_in_the_piece_that_has_it()
    {
        var right = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("plain text and " + Mixed, 6)));
        for (var at = 0; at < right.Length; at++)
        {
            var bytes = right.ToArray();
            bytes[at] = 0xFF;
            foreach (var size in new[] { 1, 2, 3, 5, 16, 64, 1000 })
            {
                var text = default(WebSocketUtf8);
                for (var start = 0; start < bytes.Length; start += size)
                {
                    var piece = bytes.AsSpan(start, Math.Min(size, bytes.Length - start));
                    if (text.TryFeed(piece))
                        continue;

                    // The piece before may be refused where 0xFF follows, never the other way round.
                    Assert.InRange(at, start, start + piece.Length - 1);
                    break;
                }

                Assert.False(text.IsComplete);
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var bytes = Encoding.UTF8.GetBytes(Mixed);
        var text = default(WebSocketUtf8);
        text.TryFeed(bytes);
        Assert.Equal(0, Allocated.Least(() =>
        {
            for (var round = 0; round < 100; round++)
            {
                text.TryFeed(bytes.AsSpan(0, 7));
                text.TryFeed(bytes.AsSpan(7));
                text.Reset();
            }
        }));
    }

    private static void Check(ReadOnlySpan<byte> bytes)
    {
        // The reference decodes rune by rune: at the end NeedMoreData is a text that may go on, anything else wrong is wrong.
        var (possible, complete) = (true, true);
        for (var rest = bytes; !rest.IsEmpty && possible && complete;)
        {
            var status = Rune.DecodeFromUtf8(rest, out _, out var used);
            possible = status != System.Buffers.OperationStatus.InvalidData;
            complete = status == System.Buffers.OperationStatus.Done;
            rest = rest[used..];
        }

        var whole = default(WebSocketUtf8);
        var single = default(WebSocketUtf8);
        var singlePossible = true;
        foreach (var one in bytes)
            singlePossible &= single.TryFeed([one]);
        var hex = Convert.ToHexString(bytes);
        Assert.True(possible == whole.TryFeed(bytes), hex);
        Assert.True((possible && complete) == whole.IsComplete, hex);
        Assert.True(possible == singlePossible, hex);
        Assert.True((possible && complete) == single.IsComplete, hex);
    }
}
