using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Http;

/// <summary>Clients that are slow, break off, or talk nonsense, beside clients that do not: these lose nothing, and of those nothing is left.</summary>
public sealed class HttpMisbehavingTests(ITestOutputHelper output) : IDisposable
{
    private const string Policy = $$"""
        "web": { "server": true, "protocol": "h2", "endpoint": "127.0.0.1", {{ServerBench.Tls}}, "sniff_protocol": true, "unauthenticated_timeout_ms": 4000, "header_timeout_ms": 1000,
          "min_rx_rate": 1000, "min_rate_grace_ms": 1001, "max_header_bytes": 4096, "max_body_bytes": 10000, "metadata": [{ "method": "" }, { "path": "" }, { "query": "" }, { "arg": "" }, { "agent": "" }, { "mime": "content-type:" }] },
        "live": { "server": true, "protocol": "ws", "endpoint": "!web", "http_url": "live", "ws_subprotocol": "echo" }
        """;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 50 : 5;
    private static readonly int Connects = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 10_000 : 1000;

    private readonly CancellationTokenSource _stop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Others_lose_nothing_and_each_offender_is_closed_in_its_time()
    {
        await using var bench = new ServerBench(Policy);
        await using var web = bench.Context.CreateListener("web", static _ => new HttpEchoHandler());
        await using var live = bench.Context.CreateListener("live", static _ => new WebSocket.MessageEchoHandler());
        var root = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/");
        using var client = new HttpClient();
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("echo");
        await socket.ConnectAsync(new UriBuilder(root) { Scheme = "ws", Path = "live" }.Uri, client, Token);
        var good = new[] { Task.Run(() => AskAsync(root, "1.1"), Token), Task.Run(() => AskAsync(root, "2.0"), Token), Task.Run(() => EchoAsync(socket), Token) };

        var offenders = new List<(string What, Socket Socket, string Answer)>();
        var wrong = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            offenders.Add(("says nothing", await SendAsync(web, ""), ""));
            offenders.Add(("breaks off its TLS", await SendAsync(web, "\u0016\u0003\u0001"), ""));
            offenders.Add(("sends its head slowly", await SendAsync(web, "GET / HTTP/1.1\r\nHost: h\r\nX: "), "HTTP/1.1 408"));
            offenders.Add(("sends its body slowly", await SendAsync(web, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\nslow"), "HTTP/1.1 200")); // What has come is echoed by then, and the rest cut off.
            offenders.Add(("has too large a head", await SendAsync(web, $"GET / HTTP/1.1\r\nHost: h\r\nX: {new string('x', 5000)}\r\n\r\n"), "HTTP/1.1 431"));
            offenders.Add(("has too large a body", await SendAsync(web, $"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 10001\r\n\r\n{new string('x', 10001)}"), "HTTP/1.1 413"));
            offenders.Add(("speaks no HTTP", await SendAsync(web, "EHLO there\r\n\r\n"), "HTTP/1.1 400"));
            offenders.Add(("upgrades badly", await SendAsync(web, "GET /live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Protocol: echo\r\n\r\n"), "HTTP/1.1 400"));
            offenders.Add(("asks for another subprotocol", await SendAsync(web,
                "GET /live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: other\r\n\r\n"), "HTTP/1.1 400"));
            await ResetAsync(await SendAsync(web, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\nhalf"));
            await ResetAsync(await SendAsync(web, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        }

        for (var i = 0; i < Connects; i++)
        {
            using var one = await ServerBench.ConnectAsync(web);
            if (i % 2 == 0)
                one.LingerState = new LingerOption(true, 0);
        }

        foreach (var (what, one, expected) in offenders)
            wrong.AddRange(from answer in new[] { await ToEndAsync(one) } where !answer.StartsWith(expected, StringComparison.Ordinal) select $"One that {what} got: {answer}");
        foreach (var (_, one, _) in offenders)
            one.Dispose();

        // What is left is the three that behave.
        await Poll.UntilAsync(() => ((ServerListener)web).Connections == 3 && live.Streams.Count == 1, () => $"{((ServerListener)web).Connections} connections, {live.Streams.Count} of ws");
        await _stop.CancelAsync();
        foreach (var one in good)
        {
            var (count, slowest) = await one.OrFail(static () => "A client that behaves is not served.");
            Assert.True(count > 0);
            output.WriteLine($"{count} exchanges of a client that behaves, the slowest took {slowest.TotalMilliseconds:0} ms");
        }

        await Poll.UntilAsync(() => web.Streams.Count == 0, () => $"{web.Streams.Count} streams");
        Assert.Empty(wrong);
    }

    private async Task<(int Count, TimeSpan Slowest)> AskAsync(Uri root, string version)
    {
        using var client = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var (count, slowest) = (0, TimeSpan.Zero);
        for (; !_stop.IsCancellationRequested || count == 0; count++)
        {
            var since = TimeProvider.System.GetTimestamp();
            Assert.StartsWith("GET /x", await client.GetStringAsync(new Uri(root, "x"), Token), StringComparison.Ordinal);
            slowest = Later(slowest, since);
        }

        return (count, slowest);
    }

    private async Task<(int Count, TimeSpan Slowest)> EchoAsync(ClientWebSocket socket)
    {
        var (count, slowest) = (0, TimeSpan.Zero);
        var buffer = new byte[16];
        for (; !_stop.IsCancellationRequested || count == 0; count++)
        {
            var since = TimeProvider.System.GetTimestamp();
            await socket.SendAsync(BitConverter.GetBytes(count), WebSocketMessageType.Binary, true, Token);
            var got = await socket.ReceiveAsync(buffer.AsMemory(), Token);
            Assert.Equal((4, count), (got.Count, BitConverter.ToInt32(buffer)));
            slowest = Later(slowest, since);
        }

        return (count, slowest);
    }

    private static TimeSpan Later(TimeSpan slowest, long since) => TimeProvider.System.GetElapsedTime(since) is var took && took > slowest ? took : slowest;

    private static async Task<Socket> SendAsync(SsListener listener, string text)
    {
        var socket = await ServerBench.ConnectAsync(listener);
        if (text.Length > 0)
            await socket.SendAsync(Encoding.Latin1.GetBytes(text), Token);
        return socket;
    }

    private static Task ResetAsync(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        return Task.CompletedTask;
    }

    private static async Task<string> ToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), Token).AsTask().OrFail(() => $"The connection does not end: {text}") is var count and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Cut off.
        }

        return text.ToString();
    }
}
