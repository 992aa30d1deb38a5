using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using static SecureStreams.Server.Tests.Http.PlainClient;

namespace SecureStreams.Server.Tests.Http;

/// <summary>What the policy allows of requests and their heads, and what becomes of clients beyond it.</summary>
public sealed class HttpBoundTests
{
    private const string Server = """
        "srv": { "server": true, "protocol": "h1", "endpoint": "127.0.0.1", "max_body_bytes": 100000, "max_header_bytes": 4096,
          "metadata": [{ "method": "" }, { "path": "" }, { "x": "x-answer:" }] }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\nX: {0}\r\n\r\n", 8000, 431)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\nConnection: close\r\n\r\n{0}", 100001, 413)]
    [InlineData("nonsense\r\n\r\n{0}", 0, 400)]
    public async Task What_is_too_much_or_no_http_is_refused(string request, int length, int status)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen();
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync(listener, string.Format(System.Globalization.CultureInfo.InvariantCulture, request, new string('x', length))), StringComparison.Ordinal);
        if (status == 413)
        {
            var handler = await bench.AcceptedAsync();
            await handler.WaitForStateAsync(SsState.Destroying);
            Assert.Equal(SsCauseCode.PayloadTooLarge, handler.CauseOf(SsState.Disconnected).Code);
        }
    }

    [Fact]
    public async Task A_connection_without_a_request_is_closed_at_the_bound()
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench(Server, clock);
        await using var listener = bench.Listen();
        using var idle = await ServerBench.ConnectAsync(listener);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("", await ToEndAsync(idle));
        Assert.Empty(bench.Accepted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handshake_that_does_not_come_about_ends_at_the_bound_and_does_not_hold_up_a_disposal(bool dispose)
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h2\", \"endpoint\": \"127.0.0.1\", {ServerBench.Tls} }}", clock);
        var listener = bench.Listen();
        using var silent = await ServerBench.ConnectAsync(listener);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        if (dispose)
            await listener.DisposeAsync().AsTask().OrFail(static () => "It does not end.");
        else
            clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("", await ToEndAsync(silent));
        if (!dispose)
            Assert.Contains("unauthenticated_timeout_ms", Assert.Single(bench.Context.Diagnostics.Recent()).Policy!.Attribute, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_comes_too_slowly_is_refused()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", \"header_timeout_ms\": 500 }");
        await using var listener = bench.Listen();
        using var slow = await ServerBench.ConnectAsync(listener);
        await slow.SendAsync("GET / HTTP/1.1\r\nHost:"u8.ToArray(), Token);
        Assert.StartsWith("HTTP/1.1 408 ", await ToEndAsync(slow), StringComparison.Ordinal);
        Assert.Empty(bench.Accepted);
    }
}
