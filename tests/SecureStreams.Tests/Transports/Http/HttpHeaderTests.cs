using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpHeaderTests
{
    [Fact]
    public async Task Only_set_metadata_with_a_header_is_sent()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        const string More = """
            "metadata": [{ "a": "X-A:" }, { "empty": "X-Empty:" }, { "unset": "X-Unset:" }, { "plain": "" }, { "utf8": "X-Utf8:" }, { "host": "Host:" }]
            """;
        foreach (var kind in new[] { "h1", "h2c" })
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/headers", more: More), run => run
                .With("a", "one, \"two\"").With("empty", "").With("plain", "never").With("utf8", "grüße").With("host", "virtual.test"));
            Assert.Null(failure);
            Assert.Contains("X-A: one, \"two\"\n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("X-Empty: \n", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("unset", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("never", run.ReceivedText, StringComparison.Ordinal);
            Assert.Contains("grüße", run.ReceivedText, StringComparison.Ordinal);
            Assert.Contains("Host: virtual.test\n", run.ReceivedText, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Transfer-Encoding:", "chunked")]
    [InlineData("connection:", "close")]
    [InlineData("Upgrade:", "websocket")]
    [InlineData("content-length:", "ten")]
    [InlineData("expect:", "100-continue")]
    public async Task What_frames_the_connection_is_refused(string header, string value)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", "POST", $"\"metadata\": [{{ \"m\": \"{header}\" }}]"), run => run.With("m", value));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Policy, "metadata"), (failure!.Phase, failure.Attribute));
        Assert.Contains("'m'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("websocket", failure.Message, StringComparison.Ordinal);
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task A_length_in_metadata_announces_the_body()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(
            HttpBench.Policy(host, "h1", "/hash", "POST", "\"metadata\": [{ \"n\": \"content-length:\" }]"), run => run.With("n", "5").OnTransmit = Supply.Bytes(5, end: false));
        Assert.Null(failure);
        Assert.EndsWith(" 5 content-length", run.ReceivedText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_content_header_on_a_request_without_body_is_sent()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: "\"metadata\": [{ \"c\": \"content-type:\" }]"), run => run.With("c", "text/x"));
        Assert.Null(failure);
        Assert.Contains("Content-Type: text/x\n", run.ReceivedText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_breaks_cannot_get_in()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, "h1", "/headers/${v}", more: "\"metadata\": [{ \"v\": \"X-V:\" }]");
        foreach (var value in new[] { "a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b" })
        {
            // Past the check at the door on purpose.
            var (run, failure) = await bench.RunAsync(policy, run => run.Metadata.SetOnMailbox("v", value));
            Assert.Equal("closed", run.Story);
            Assert.Equal(SsPhase.Policy, failure!.Phase);
        }

        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task Declared_headers_of_the_response_are_published_before_connected()
    {
        await using var server = ScriptedServer.Start(
            Scripts.Answer(200, "x", "X-One: 1\r\nX-Two: a\r\nX-Two: b\r\nContent-Type: text/y\r\nServer: s/1 (c)\r\n"), Scripts.Answer("x"));
        await using var bench = new HttpBench();
        const string More = """
            "metadata": [{ "one": "x-one:" }, { "two": "X-Two:" }, { "type": "Content-Type:" }, { "server": "server:" }, { "none": "X-None:" }, { "plain": "" }, { "len": "Content-Length:" }]
            """;
        string?[]? seen = null;
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: More), run => run.OnEvent = what =>
        {
            if (what == "connected")
                seen = [.. Enumerable.Range(0, 7).Select(run.Metadata.Current)];
        });
        Assert.Null(failure);
        Assert.Equal("1|a, b|text/y|s/1 (c)|||1", string.Join("|", seen!));
    }
}
