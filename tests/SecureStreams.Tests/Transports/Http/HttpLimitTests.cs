using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>How much of an answer is taken.</summary>
public sealed class HttpLimitTests
{
    [Theory]
    [InlineData("h1", "/bytes/1000", 999, "closed")] // Announced: refused before any of it.
    [InlineData("h2", "/bytes/1000", 999, "closed")]
    [InlineData("h1", "/bytes/1000", 1000, "connected rx-som rx-eom ack-200 closed")]
    [InlineData("h2c", "/bytes/1000", 1000, "connected rx-som rx-eom ack-200 closed")]
    [InlineData("h1", "/bytes/0", 1, "connected ack-200 closed")]
    public async Task An_announced_body_has_a_bound(string kind, string url, int bound, string story)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, url, more: $"\"max_body_bytes\": {bound}"));
        Assert.Equal(story, run.Story);
        if (story != "closed")
            return;
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, "max_body_bytes"), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains("1000 bytes; max_body_bytes says 999", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h1", 100_000, 99_999)]
    [InlineData("h2", 100_000, 99_999)]
    [InlineData("h2c", 100_000, 100_000)]
    public async Task A_body_that_grows_has_the_same_bound(string kind, int length, int bound)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, $"/bytes/{length}?chunked=1", more: $"\"max_body_bytes\": {bound}"));
        Assert.Equal(length > bound, failure is not null);
        Assert.True(run.Received.Length <= bound);
        if (failure is not null)
            Assert.Equal((SsCauseCode.PayloadTooLarge, "max_body_bytes"), (failure.Code, failure.Attribute));
    }

    [Fact]
    public async Task The_answer_to_HEAD_has_no_body_to_bound()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/bytes/1000", "HEAD", "\"max_body_bytes\": 10"));
        Assert.Null(failure);
        Assert.Equal("connected ack-200 closed", run.Story);
    }

    [Theory]
    [InlineData(1024, 900, true)]
    [InlineData(1024, 1100, false)]
    [InlineData(100_000, 90_000, true)]
    [InlineData(0, 30_000, true)]
    [InlineData(0, 34_000, false)]
    public async Task A_head_has_a_bound(int bound, int length, bool taken)
    {
        await using var server = ScriptedServer.Start(Scripts.Answer(200, "x", $"X: {new string('x', length)}\r\n"));
        await using var bench = new HttpBench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: bound == 0 ? "" : $"\"max_header_bytes\": {bound}"));
        Assert.Equal(taken, failure is null);
        if (failure is not null)
            Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, "max_header_bytes"), (failure.Phase, failure.Code, failure.Attribute));
    }

    [Fact]
    public async Task An_HttpClient_has_the_same_bounds()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = new LocalContext(HttpBench.Load($"\"t\": {{ \"endpoint\": \"127.0.0.1\", \"port\": {host.HttpPort}, \"max_body_bytes\": 100 }}"));
        using var client = context.CreateHttpClient("t");
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Equal(100, (await client.GetByteArrayAsync("bytes/100?chunked=1", cancellation)).Length);
        var announced = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync("bytes/101", cancellation));
        Assert.Equal(SsCauseCode.PayloadTooLarge, Assert.IsType<SsCauseException>(announced.InnerException).Cause.Code);
        var grown = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync("bytes/101?chunked=1", cancellation));
        Assert.Contains("max_body_bytes", grown.ToString(), StringComparison.Ordinal);
        using var response = await client.GetAsync("bytes/101?chunked=1", HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null, cancellation));
    }
}
