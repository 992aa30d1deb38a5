using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Server.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Clients that ask wrongly, say nothing, break the protocol or break off: each is closed within its bound, others lose nothing, and nothing of them is left.</summary>
public sealed class WsMisbehavingTests(ITestOutputHelper output)
{
    private const int Rounds = 10;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task Others_lose_nothing_while_clients_misbehave(string version)
    {
        await using var bench = new ServerBench("""
            "srv": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1", "ws_subprotocol": "echo", "max_message_bytes": 70000, "max_header_bytes": 4096,
              "unauthenticated_timeout_ms": 1500, "header_timeout_ms": 1500 }
            """);
        bench.Log.Allow("Protocol/ProtocolError");
        bench.Log.Allow("Payload/");
        bench.Log.Allow("Peer/");
        bench.Log.Allow("Timeout/");
        await using var listener = (HttpListener)bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        const string asks = "Sec-WebSocket-Protocol: echo\r\n";
        await using var good = await WsPeer.UpgradedAsync(listener, version, more: asks);
        using var stop = new CancellationTokenSource();
        var talking = WsTalk.TalkAsync(good, stop.Token);

        var silent = new List<Socket>();
        for (var round = 0; round < Rounds; round++)
        {
            // One says nothing, one half of its request, and both stay.
            silent.Add(await ServerBench.ConnectAsync(listener));
            silent.Add(await ServerBench.ConnectAsync(listener));
            await silent[^1].SendAsync("GET / HTTP/1.1\r\nHost: h\r\nUpgr"u8.ToArray(), TestContext.Current.CancellationToken);

            await using (var wrong = await WsPeer.AskAsync(listener, version, more: "Sec-WebSocket-Protocol: other\r\n"))
                Assert.Equal("400", wrong.Answer[":status"]);
            await using (var large = await WsPeer.AskAsync(listener, more: $"X-Large: {new string('x', 5000)}\r\n"))
                Assert.Equal("431", large.Answer[":status"]);
            await using (var broken = await WsPeer.UpgradedAsync(listener, version, more: asks))
            {
                await broken.SendAsync(RawFrame.Fin | 0x40 | RawFrame.Text, "a"u8);
                Assert.Equal(1002, (await broken.CloseFrameAsync()).CloseCode);
            }

            await using (var tooLong = await WsPeer.UpgradedAsync(listener, version, more: asks))
            {
                await tooLong.SendAsync(RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[70_001], WsPeer.Key)[..14]);
                Assert.Equal(1009, (await tooLong.CloseFrameAsync()).CloseCode);
            }

            // In the middle of a message, and with a reset where it can.
            var midway = await WsPeer.UpgradedAsync(listener, version, more: asks);
            await midway.SendAsync(RawFrame.Binary, new byte[10_000]);
            await midway.DisposeAsync();
            using var reset = await ServerBench.ConnectAsync(listener);
            await reset.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{asks}\r\n"), TestContext.Current.CancellationToken);
            reset.LingerState = new LingerOption(true, 0);
        }

        // The bounds close those that stayed.
        foreach (var socket in silent)
        {
            try
            {
                while (await socket.ReceiveAsync(new byte[256]).OrFail(static () => "The connection does not end.") > 0)
                {
                }
            }
            catch (SocketException)
            {
                // Reset, which is an end too.
            }

            socket.Dispose();
        }

        await Poll.UntilAsync(() => listener.Connections == 1 && listener.Streams.Count == 1, () => $"{listener.Connections} connections, {listener.Streams.Count} streams");
        await stop.CancelAsync();
        var (messages, slowest) = await talking;
        Assert.True(messages > 0);
        output.WriteLine($"{messages} messages of the other stream came back, the slowest took {slowest.TotalMilliseconds:0} ms");
        await good.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        Assert.Equal(1000, (await good.CloseFrameAsync()).CloseCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_connections_that_come_and_go_leave_nothing(bool upgraded)
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\" }");
        bench.Log.Allow("Peer/");
        await using var listener = (HttpListener)bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        await using var good = await WsPeer.UpgradedAsync(listener);
        using var stop = new CancellationTokenSource();
        var talking = WsTalk.TalkAsync(good, stop.Token);
        var time = Stopwatch.StartNew();
        for (var i = 0; i < 1000; i++)
        {
            using var socket = await ServerBench.ConnectAsync(listener);
            if (upgraded)
            {
                await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
                if (i % 2 == 0)
                    await socket.ReceiveAsync(new byte[512]).OrFail(static () => "No answer.");
            }
        }

        var took = time.Elapsed;
        await Poll.UntilAsync(() => listener.Connections == 1 && listener.Streams.Count == 1, () => $"{listener.Connections} connections, {listener.Streams.Count} streams");
        await stop.CancelAsync();
        var (messages, slowest) = await talking;
        output.WriteLine($"1000 in {took.TotalSeconds:0.0} s; {messages} messages of the other stream came back meanwhile, the slowest took {slowest.TotalMilliseconds:0} ms");
        await good.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        Assert.Equal(1000, (await good.CloseFrameAsync()).CloseCode);
    }
}
