using System.Text;
using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.Tests.Http;

public class HttpHeadTests
{
    [Fact]
    public void The_end_is_found_however_the_head_is_cut()
    {
        var bytes = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"u8.ToArray();
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var first = HttpHead.FindEnd(bytes.AsSpan(0, cut), 0);
            Assert.Equal(cut >= 25 ? 25 : -1, first);
            Assert.Equal(25, HttpHead.FindEnd(bytes, first < 0 ? cut : 0));
        }
    }

    [Theory]
    [InlineData("\r\n\r\n", "empty")]
    [InlineData("HTTP/1.1 200 OK\r\n: x\r\n\r\n", "without a proper name")]
    [InlineData("HTTP/1.1 200 OK\r\nA : x\r\n\r\n", "without a proper name")]
    [InlineData("HTTP/1.1 200 OK\r\nA: x\r\n folded\r\n\r\n", "without a proper name")]
    [InlineData("HTTP/1.1 200 OK\r\nA: x\u0001\r\n\r\n", "control character in field 'A'")]
    [InlineData("HTTP/1.1 200 OK\r\nA: x\nB: y\r\n\r\n", "control character in field 'A'")]
    [InlineData("HTTP/1.1 200 OK", "no end")]
    public void What_is_no_head_is_told(string text, string words)
    {
        Assert.Contains(words, HttpHead.Parse(Encoding.UTF8.GetBytes(text), out var head), StringComparison.Ordinal);
        Assert.Null(head);
    }

    [Fact]
    public void Too_many_fields_are_refused()
    {
        var text = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 201)) + "\r\n";
        Assert.Contains("more than 200", HttpHead.Parse(Encoding.ASCII.GetBytes(text), out _), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols", 101)]
    [InlineData("HTTP/1.0 200 ", 200)]
    [InlineData("HTTP/1.1 404", 404)]
    [InlineData("HTTP/1.1 40", 0)]
    [InlineData("HTTP/2.0 200 OK", 0)]
    [InlineData("HTTP/1.1 4o4 OK", 0)]
    [InlineData("HTTP/1.1 2000", 0)]
    [InlineData("SSH-2.0-OpenSSH_9.2p1", 0)]
    public void Status_lines_are_read(string line, int status)
    {
        Assert.Null(HttpHead.Parse(Encoding.ASCII.GetBytes(line + "\r\n\r\n"), out var head));
        Assert.Equal(status != 0, head!.TryReadStatus(out var read));
        if (status != 0)
            Assert.Equal(status, read);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n", "hello world", "hello")]
    [InlineData("", "hello world", "hello world")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: x\r\n\r\nmore", "hello world")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\nhelloXX", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nhello", "")]
    [InlineData("Content-Length: 0\r\n", "x", "")]
    public void Bodies_lose_their_framing(string fields, string body, string text)
    {
        Assert.Null(HttpHead.Parse(Encoding.ASCII.GetBytes($"HTTP/1.1 403 No\r\n{fields}\r\n"), out var head));
        for (var step = 1; step <= body.Length; step++)
        {
            var reader = new HttpBodyReader(HttpBodyLength.Of(head!, 403));
            var read = new List<byte>();
            for (var at = 0; at < body.Length; at += step)
            {
                ReadOnlySpan<byte> input = Encoding.ASCII.GetBytes(body.Substring(at, Math.Min(step, body.Length - at)));
                while (reader.Read(ref input) is { IsEmpty: false } some)
                    read.AddRange(some);
            }

            Assert.Equal(text, Encoding.ASCII.GetString([.. read]));
        }
    }
}
