using System.Text;
using SecureStreams.Codecs.Multipart;

namespace SecureStreams.Codecs.Tests.Multipart;

public class MultipartReaderTests
{
    private const string Related =
        "a preamble, which nobody reads\r\n--b1\r\nContent-Type: application/json\r\nContent-ID: <x>\r\n\r\n{\"a\": 1}\r\n--b1 \t\r\ncontent-type:  audio/L16 ;\r\n  rate=16000\r\n\r\n\r\n\r\n--b\r\n-\r--b1\r\r\n--b1\r\n\r\n\r\n--b1--\r\nan epilogue\r\n--b1\r\n";

    private const string RelatedStory = "[Content-Type=application/json,Content-ID=<x>|{\"a\": 1}].[content-type=audio/L16 ; rate=16000|\r\n\r\n--b\r\n-\r--b1\r].[|]!";

    [Fact]
    public void Parts_come_apart_wherever_the_body_is_cut()
    {
        var body = Encoding.Latin1.GetBytes(Related);
        Assert.Equal(RelatedStory, MultipartStory.Of(body, "b1", 1024));
        Assert.Equal(RelatedStory, MultipartStory.ByteByByte(body, "b1"));
        for (var cut = 0; cut <= body.Length; cut++)
        {
            Assert.Equal(RelatedStory, MultipartStory.Of(body, "b1", 1024, cut));
            for (var second = cut; second <= body.Length; second += 7)
                Assert.Equal(RelatedStory, MultipartStory.Of(body, "b1", 1024, cut, second));
        }
    }

    [Theory]
    [InlineData("--b--", "!")] // No part at all.
    [InlineData("--b\r\n\r\nx\r\n--b--", "[|x]!")] // No preamble, no epilogue.
    [InlineData("\r\n--b\r\n\r\nx\r\n--b--", "[|x]!")]
    [InlineData("--b\r\nA: b\r\n\r\n--b--", "[A=b|]!")] // The empty line belongs to the delimiter.
    [InlineData("--b\r\n\r\n--b\r\n\r\n--b--", "[|].[|]!")]
    [InlineData("--b\r\n\r\n--\r\n--b--", "[|--]!")]
    [InlineData("--b\r\n\r\n-", "[|~")]
    [InlineData("--b\r\n\r\nx", "[|x~")] // Cut short.
    [InlineData("--b\r\nA: b\r\n", "~")]
    [InlineData("no boundary at all", "~")]
    [InlineData("x--b\r\n\r\nx\r\n", "~")] // Not at the beginning of a line.
    [InlineData("--b\n\nx\n--b--", "?")] // Line feeds alone are no line ends.
    [InlineData("--bc\r\n\r\nx\r\n--b--", "?")]
    [InlineData("--b-\r\n", "?")]
    [InlineData("--b \tx\r\n", "?")]
    [InlineData("--b\r\rx", "?")]
    [InlineData("--b\r\nno colon\r\n\r\n", "?")]
    [InlineData("--b\r\n: no name\r\n\r\n", "?")]
    [InlineData("--b\r\nA b: blank in the name\r\n\r\n", "?")]
    [InlineData("--b\r\n folded without a line\r\n\r\n", "?")]
    [InlineData("--b\r\nA: bare\nB: feed\r\n\r\n", "?")]
    [InlineData("--b\r\nA: bare\rreturn\r\n\r\n", "?")]
    [InlineData("--b\r\nA: nul\0\r\n\r\n", "?")]
    public void Edges_of_the_grammar(string body, string story)
    {
        var bytes = Encoding.Latin1.GetBytes(body);
        Assert.Equal(story, MultipartStory.Of(bytes, "b", 1024));
        Assert.Equal(story, MultipartStory.ByteByByte(bytes, "b"));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_part_has_so_many_headers_at_most(int count, bool taken)
    {
        var body = Encoding.ASCII.GetBytes("--b\r\n" + string.Concat(Enumerable.Range(0, count).Select(static i => $"H{i}: v\r\n")) + "\r\nx\r\n--b--");
        Assert.EndsWith(taken ? "|x]!" : "?", MultipartStory.Of(body, "b", 4096), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_part_has_headers_of_so_many_bytes_at_most(int more, bool taken)
    {
        // "A: " and both line ends are seven bytes.
        var body = Encoding.ASCII.GetBytes($"--b\r\nA: {new string('x', 300 - 7 + more)}\r\n\r\ny\r\n--b--");
        foreach (var story in new[] { MultipartStory.Of(body, "b", 300), MultipartStory.ByteByByte(body, "b", 300) })
            Assert.EndsWith(taken ? "|y]!" : "?", story, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_blanks_behind_a_boundary_are_refused() =>
        Assert.Equal("?", MultipartStory.Of(Encoding.ASCII.GetBytes("--b" + new string(' ', 2000)), "b", 300));

    [Theory]
    [InlineData("0123456789'()+_,-./:=? ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu")] // The longest.
    [InlineData("-")]
    [InlineData("--")]
    [InlineData("'")]
    public void Boundaries_of_any_length_and_character(string boundary)
    {
        Assert.True(MultipartBoundary.IsValid(boundary));
        var body = Encoding.ASCII.GetBytes($"--{boundary}\r\n\r\n\r\n--\r\n--{boundary[..^1]}#\r\n--{boundary}--");
        Assert.Equal($"[|\r\n--\r\n--{boundary[..^1]}#]!", MultipartStory.ByteByByte(body, boundary));
    }

    [Fact]
    public void Whatever_comes_the_reader_neither_fails_nor_stands_still_and_cuts_change_nothing()
    {
        var random = new Random(20);
        var whole = Encoding.Latin1.GetBytes(Related);
        const string Alphabet = "\r\n-b1: \tAx\0";
        for (var round = 0; round < 20_000; round++)
        {
            var body = round % 2 == 0
                ? (byte[])whole.Clone()
                : Encoding.Latin1.GetBytes("--b1\r\n" + new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]));
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                body[random.Next(body.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : Alphabet[random.Next(Alphabet.Length)]);
            if (random.Next(3) == 0)
                body = body[..random.Next(body.Length)];
            var cut = random.Next(body.Length + 1);
            var story = MultipartStory.Of(body, "b1", 200);
            Assert.Equal(story, MultipartStory.Of(body, "b1", 200, cut));
            Assert.Equal(story, MultipartStory.ByteByByte(body, "b1", 200));
        }
    }

    [Fact]
    public void A_part_of_one_megabyte_costs_no_memory()
    {
        var body = new byte[1 << 20];
        body.AsSpan().Fill((byte)'\r');
        var head = "--b\r\n\r\n"u8.ToArray();
        var warm = new MultipartReader("b", 100);
        var reader = new MultipartReader("b", 100);
        foreach (var one in new[] { warm, reader })
        {
            ReadOnlySpan<byte> begin = head;
            Assert.Equal(MultipartToken.PartBegin, one.Read(ref begin, out _));
            Assert.Equal(0, begin.Length);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var total = 0;
            ReadOnlySpan<byte> rest = body;
            while (one.Read(ref rest, out var data) == MultipartToken.Data)
                total += data.Length;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(body.Length - 1, total); // The last byte may begin a delimiter.
            if (one == reader)
                Assert.Equal(0, allocated);
        }
    }

    [Fact]
    public void No_reader_without_a_boundary_and_a_bound()
    {
        Assert.Throws<ArgumentException>(static () => new MultipartReader("", 100));
        Assert.Throws<ArgumentException>(static () => new MultipartReader("a\r\nb", 100));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new MultipartReader("a", 0));
    }
}
