using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.EndToEnd;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>What is awaited, over real h1 and h2.</summary>
public sealed class RealHttpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_transaction_returns_status_body_and_metadata(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = NewContext(host, kind);
        var body = Pattern(200_000);

        var answer = await context.TransactAsync("mirror", body, null, new SsTransactOptions { ResponseMetadata = ["ctype"] }, Token);
        Assert.Equal((true, 200), (answer.IsAck, answer.Status));
        Assert.Equal(body, answer.Body.ToArray());
        Assert.True(answer.Metadata.ContainsKey("ctype"));

        var refused = await context.TransactAsync("missing", cancellationToken: Token);
        Assert.Equal((false, 404, SsCauseCode.PeerRefused), (refused.IsAck, refused.Status, refused.Cause.Code));
        Assert.Equal(404, Assert.Throws<SsNackException>(refused.ThrowIfNack).Ack);

        var large = await Assert.ThrowsAsync<SsMessageTooLargeException>(() => context.TransactAsync("mirror", body, null, new SsTransactOptions { MaxResponseBytes = 1000 }, Token));
        Assert.Equal(1000, large.Limit);

        var wrong = await Assert.ThrowsAsync<SsStreamException>(() => context.TransactAsync("get", body, cancellationToken: Token));
        Assert.Contains("its method takes none", wrong.Message, StringComparison.Ordinal);

        var down = await Assert.ThrowsAsync<SsStreamException>(() => context.TransactAsync("down", cancellationToken: Token));
        Assert.Equal(SsCauseCode.ConnectionRefused, down.Cause.Code);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_transaction_that_hangs_is_cancelled_and_the_next_is_not_harmed(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = NewContext(host, kind);
        using var cancel = new CancellationTokenSource();
        var hanging = context.TransactAsync("hang", cancellationToken: cancel.Token);
        await host.WaitForRequestAsync("/hang");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        Assert.Equal(200, (await context.TransactAsync("get", cancellationToken: Token)).Status);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Messages_sent_and_acknowledged_are_transactions_with_their_length(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = NewContext(host, kind);
        await using var stream = context.Create("hash");
        await using var answers = stream.ReadMessagesAsync(Token);
        for (var i = 1; i <= 5; i++)
        {
            await stream.SendAsync(Pattern(i * 30_000), SsSendFlags.WaitForAck, Token);
            using var answer = await answers.ReadAsync(Token);
            Assert.EndsWith($" {i * 30_000} content-length", Encoding.ASCII.GetString(answer!.Payload.Span), StringComparison.Ordinal);
        }

        await using var refused = context.Create("gone");
        Assert.Equal(404, (await Assert.ThrowsAsync<SsNackException>(async () => await refused.SendAsync(Pattern(10), SsSendFlags.WaitForAck, Token))).Ack);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Bytes_go_both_ways_through_a_Stream(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = NewContext(host, kind);
        await using var stream = context.Create("mirror");
        for (var round = 0; round < 2; round++)
        {
            var sent = Pattern(500_000);
            await using var bytes = stream.AsStream();
            var writing = WriteAsync(bytes, sent);
            using var received = new MemoryStream();
            await bytes.CopyToAsync(received, Token);
            await writing;
            Assert.Equal(sent, received.ToArray());
        }

        static async Task WriteAsync(SsByteStream bytes, byte[] sent)
        {
            await bytes.WriteAsync(sent, Token);
            bytes.CompleteWrites();
        }
    }

    [Fact]
    public async Task An_answer_that_breaks_off_surfaces_as_IOException_after_what_came()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = NewContext(host, "h1");
        await using var stream = context.Create("abort");
        await using var bytes = stream.AsStream();
        bytes.CompleteWrites();
        using var received = new MemoryStream();
        var error = await Assert.ThrowsAnyAsync<IOException>(() => bytes.CopyToAsync(received, Token));
        Assert.False(((SsStreamException)error).Cause.IsNone);
        Assert.InRange(received.Length, 0, 100_000);
    }

    private static byte[] Pattern(int count) => [.. Enumerable.Range(0, count).Select(static i => (byte)(i * 31))];

    private static LocalContext NewContext(KestrelTestHost host, string kind)
    {
        string Row(string name, string url, string method, string more = "") => LoopbackPolicy.StreamType(name, host, kind, url, method, more);
        return SsContext.FromJson(LoopbackPolicy.Around(string.Join(",\n",
            Row("get", "/bytes/5", "GET"),
            Row("mirror", "/mirror", "POST", "\"metadata\": [{ \"ctype\": \"content-type:\" }]"),
            Row("hash", "/hash", "POST"),
            Row("missing", "/status/404", "GET"),
            Row("gone", "/status/404", "POST"),
            Row("hang", "/hang", "GET"),
            Row("abort", "/abort/50000", "POST"),
            "\"down\": { \"endpoint\": \"127.0.0.1\", \"port\": 1, \"protocol\": \"h1\", \"http_method\": \"GET\", \"http_url\": \"/\" }")));
    }
}
