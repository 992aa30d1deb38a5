using System.Diagnostics.CodeAnalysis;
using System.Text;
using SecureStreams.Codecs.HttpConnect;
using Xunit;

namespace SecureStreams.Codecs.Tests.HttpConnect;

/// <summary>A CONNECT as text, and every way its answer can be cut, too long or none.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the seed.")]
public sealed class HttpConnectTests
{
    private const string Established = "HTTP/1.1 200 Connection established\r\nProxy-agent: p\r\n\r\n";

    public static TheoryData<string> Successes =>
    [
        Established, "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \n\n", "HTTP/1.1 204 OK\nA: b\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + Established,
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
    ];

    [Fact]
    public void It_asks_for_the_authority() =>
        Assert.Equal("CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n", Encoding.ASCII.GetString(new HttpConnectNegotiation("[2001:db8::1]:443").Request));

    [Fact]
    public void A_user_name_and_password_go_as_basic_authentication() => Assert.Equal(
        "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n",
        Encoding.ASCII.GetString(new HttpConnectNegotiation("h:1", "Aladdin", "open sesame").Request));

    [Theory]
    [InlineData("h:1\r\nX: y", null)]
    [InlineData("ü:1", null)]
    [InlineData("", null)]
    [InlineData("h:1", "a:b")]
    public void Texts_that_would_forge_a_header_are_refused(string authority, string? user) => Assert.Throws<ArgumentException>(() => new HttpConnectNegotiation(authority, user, "p"));

    [Theory]
    [MemberData(nameof(Successes))]
    public void Cut_at_every_byte_it_ends_the_same_and_takes_nothing_of_what_follows(string head)
    {
        var bytes = Encoding.ASCII.GetBytes(head + "SSH-2.0");
        for (var cut = 0; cut <= head.Length; cut++)
        {
            var negotiation = new HttpConnectNegotiation("h:1");
            var taken = negotiation.Read(bytes.AsSpan(0, cut));
            taken += negotiation.Read(bytes.AsSpan(taken));
            Assert.Equal((head.Length, true, HttpConnectProblem.None, 0), (taken, negotiation.IsOver, negotiation.Problem, negotiation.Wanted));
        }
    }

    [Theory]
    [MemberData(nameof(Successes))]
    public void Who_reads_what_is_wanted_never_reads_what_follows(string head)
    {
        var bytes = Encoding.ASCII.GetBytes(head + "SSH-2.0");
        var negotiation = new HttpConnectNegotiation("h:1");
        var at = 0;
        while (!negotiation.IsOver)
        {
            Assert.InRange(negotiation.Wanted, 1, 2);
            at += negotiation.Read(bytes.AsSpan(at, negotiation.Wanted));
        }

        Assert.Equal(head.Length, at);
    }

    [Fact]
    public void A_refusal_names_status_reason_and_challenge()
    {
        var negotiation = Read("HTTP/1.1 407 Proxy Authentication Required\r\nServer: tinyproxy\r\nproxy-authenticate:  Basic realm=\"x\"\r\n\r\nbody");
        Assert.Equal(
            (HttpConnectProblem.Refused, 407, "Proxy Authentication Required", "Basic realm=\"x\""),
            (negotiation.Problem, negotiation.Status, negotiation.Reason, negotiation.Challenge));
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching\r\n\r\n", 101)]
    [InlineData("HTTP/1.1 302 Found\r\n\r\n", 302)]
    [InlineData("HTTP/1.1 503 \r\n\r\n", 503)]
    public void Anything_but_a_success_is_a_refusal(string head, int status)
    {
        var negotiation = Read(head);
        Assert.Equal((HttpConnectProblem.Refused, status), (negotiation.Problem, negotiation.Status));
    }

    [Theory]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200OK\r\n\r\n")]
    [InlineData("HTTP/1.1 999 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 000 OK\r\n\r\n")]
    public void What_is_not_http_is_seen_at_once(string text)
    {
        var negotiation = Read(text);
        Assert.Equal((true, HttpConnectProblem.NotHttp, 0), (negotiation.IsOver, negotiation.Problem, negotiation.Status));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nA: ")]
    [InlineData("HTTP/1.1 200 ")]
    public void A_head_without_end_is_cut_at_the_cap(string beginning)
    {
        var negotiation = Read(beginning + new string('x', HttpConnectNegotiation.MaxHeadBytes));
        Assert.Equal((true, HttpConnectProblem.HeadTooLong), (negotiation.IsOver, negotiation.Problem));
    }

    [Fact]
    public void Answers_in_between_without_end_are_cut_at_the_cap()
    {
        var negotiation = Read(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 400)));
        Assert.Equal(HttpConnectProblem.HeadTooLong, negotiation.Problem);
    }

    [Fact]
    public void Mutated_answers_never_take_more_than_there_is_and_end_or_want_more()
    {
        var random = new Random(20261129);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.ASCII.GetBytes(Established);
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var negotiation = new HttpConnectNegotiation("h:1");
            Assert.InRange(negotiation.Read(bytes), 1, bytes.Length);
            Assert.Equal(negotiation.IsOver, negotiation.Wanted == 0);
            Assert.True(negotiation.Problem == HttpConnectProblem.None || negotiation.IsOver);
        }
    }

    private static HttpConnectNegotiation Read(string text)
    {
        var negotiation = new HttpConnectNegotiation("h:1");
        negotiation.Read(Encoding.ASCII.GetBytes(text));
        return negotiation;
    }
}
