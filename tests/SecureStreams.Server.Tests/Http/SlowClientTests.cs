using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using static SecureStreams.Server.Tests.Http.PlainClient;

namespace SecureStreams.Server.Tests.Http;

/// <summary>Clients that send or take too slowly, against the bounds of the policy.</summary>
public sealed class SlowClientTests
{
    private const string Strict = "\"min_rx_rate\": 1000, \"min_tx_rate\": 100000000, \"min_rate_grace_ms\": 1001";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_refused_and_its_stream_told_why()
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", {Strict} }}");
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nslow"u8.ToArray(), Token);
        Assert.StartsWith("HTTP/1.1 408 ", await ToEndAsync(socket), StringComparison.Ordinal);
        await AssertTooSlowAsync(bench);
    }

    [Fact]
    public async Task So_is_one_on_a_connection_that_it_shares()
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h2\", \"endpoint\": \"127.0.0.1\", {Strict} }}");
        await using var listener = bench.Listen();
        using var client = new HttpClient { DefaultRequestVersion = System.Net.HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var body = new StalledContent();
        var asking = client.PostAsync(new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}/"), body, Token);
        await AssertTooSlowAsync(bench);
        body.Release();
        await Record.ExceptionAsync(() => asking);
    }

    [Fact]
    public async Task Time_in_which_the_stream_has_paused_is_not_the_clients()
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", {Strict} }}");
        await using var listener = bench.Listen(setup: static handler => handler
            .OnStateDo(SsState.ServerTxn, static stream => stream.PauseReceive())
            .OnReceiveDo(static (stream, _, flags) =>
            {
                if (flags.HasFlag(SsRxFlags.EndOfMessage))
                {
                    stream.ServerAck();
                    stream.RequestTransmit(0);
                }

                return SsResult.Continue;
            }));
        using var paused = await ServerBench.ConnectAsync(listener);
        await paused.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabc"u8.ToArray(), Token);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerTxn);

        // Another one that is read is over its bound meanwhile; so would this be.
        using var slow = await ServerBench.ConnectAsync(listener);
        await slow.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nslow"u8.ToArray(), Token);
        await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.ServerTxn);
        bench.Streams.Last().ResumeReceive();
        Assert.StartsWith("HTTP/1.1 408 ", await ToEndAsync(slow), StringComparison.Ordinal);
        await paused.SendAsync("def"u8.ToArray(), Token);
        bench.Streams.First().ResumeReceive();
        Assert.StartsWith("HTTP/1.1 200 ", await ToEndAsync(paused), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task An_answer_that_is_not_taken_ends_its_stream_at_the_bound(string protocol)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", {Strict} }}");
        await using var listener = bench.Listen(keep: false, setup: static handler => handler
            .OnStateDo(SsState.ServerTxn, static stream =>
            {
                stream.ServerAck();
                stream.RequestTransmit();
            })
            .OnTransmitDo(static (SecureStream stream, scoped ref SsTransmit tx) =>
            {
                tx.Commit(tx.Buffer.Length, SsTxFlags.None);
                stream.RequestTransmit();
                return SsTransmitResult.Send;
            }));
        using var socket = await ServerBench.ConnectAsync(listener);

        // Over HTTP/2 with the window wide open, so that the connection is what is full.
        await socket.SendAsync(protocol == "h1" ? "GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray() : Http2Request(), Token);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), (cause.Phase, cause.Code));
        Assert.Contains(bench.Context.Diagnostics.Recent(), static one => one.Policy?.Attribute == "srv.min_tx_rate");
        await Poll.UntilAsync(() => ((ServerListener)listener).Connections == 0, static () => "The connection stays.");
    }

    [Fact]
    public async Task A_connection_that_idles_between_requests_is_closed_at_the_bound()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", \"idle_timeout_ms\": 500 }");
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerTxn, static stream =>
        {
            stream.ServerAck();
            stream.RequestTransmit(0);
        }));
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray(), Token);
        Assert.StartsWith("HTTP/1.1 200 ", await ToEndAsync(socket), StringComparison.Ordinal);
    }

    private static async Task AssertTooSlowAsync(ServerBench bench)
    {
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), (cause.Phase, cause.Code));
        Assert.Contains(bench.Context.Diagnostics.Recent(), static one => one.Policy?.Attribute == "srv.min_rx_rate");
    }

    /// <summary>Preface, SETTINGS with the largest stream window, WINDOW_UPDATE of the connection to the largest, HEADERS of GET http://h/ (RFC 9113, RFC 7541 appendix A).</summary>
    private static byte[] Http2Request() =>
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff,
        0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0xff, 0, 0,
        0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 0x41, 0x01, (byte)'h',
    ];

    /// <summary>A piece of a body, and no more of it.</summary>
    private sealed class StalledContent : HttpContent
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync("slow"u8.ToArray());
            await stream.FlushAsync();
            await _released.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 1000;
            return true;
        }
    }
}
