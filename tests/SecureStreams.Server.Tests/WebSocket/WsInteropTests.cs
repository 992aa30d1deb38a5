using System.Text;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Clients of others: Node's <c>ws</c>, python3-websockets, the test client of libwebsockets.</summary>
public sealed class WsInteropTests
{
    private static readonly int[] Lengths = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20];

    [Theory]
    [InlineData("node", false, false)]
    [InlineData("node", true, false)]
    [InlineData("node", false, true)]
    [InlineData("python", false, false)]
    [InlineData("python", true, false)]
    public async Task A_client_of_another_gets_its_messages_back_and_closes_in_order(string kind, bool tls, bool unix)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ss-test-{Guid.NewGuid():N}");
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "ws", "endpoint": "{{(unix ? "+" + path : "127.0.0.1")}}", "ws_subprotocol": "one"{{(tls ? ", " + ServerBench.Tls : "")}} }
            """);
        var echoes = new List<WitnessedEcho>();
        await using var listener = bench.Context.CreateListener("srv", _ =>
        {
            var echo = new WitnessedEcho();
            lock (echoes)
                echoes.Add(echo);
            return echo;
        });
        var url = unix ? $"ws+unix:{path}:/" : $"{(tls ? "wss" : "ws")}://localhost:{ServerBench.PortOf(listener)}/";
        var trust = Path.Combine(Path.GetTempPath(), $"ss-test-{Guid.NewGuid():N}.pem");
        await File.WriteAllTextAsync(trust, bench.Authority.Certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        try
        {
            await using var client = Start(kind, trust, url);
            var done = await client.WaitForAsync("done");
            Assert.Equal(4002, done.GetProperty("code").GetInt32());
            Assert.Equal("one", done.GetProperty("protocol").GetString());
        }
        finally
        {
            File.Delete(trust);
        }

        var one = Assert.Single(echoes);
        var cause = await one.Ended.OrFail(static () => "The stream did not end.");
        Assert.Equal((SsCauseCode.PeerClosed, 4002), (cause.Code, cause.Status));
        Assert.Equal(Lengths.SelectMany(static length => new[] { $"T{length}", $"B{length}" }), one.Messages);
    }

    [Fact]
    public async Task The_test_client_of_libwebsockets_is_served_both_its_protocols()
    {
        await using var bench = new ServerBench("""
            "srv": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1", "ws_subprotocol": "dumb-increment-protocol, lws-mirror-protocol", "metadata": [{ "offered": "sec-websocket-protocol:" }] }
            """);
        var mirror = new RecordingHandler();
        await using var listener = bench.Context.CreateListener("srv", stream =>
        {
            var first = new RecordingHandler();
            bench.Accepted.Enqueue(first);
            return first.OnStateDo(SsState.ServerUpgrade, own =>
            {
                if (own.GetMetadata("offered")!.StartsWith("lws-mirror", StringComparison.Ordinal))
                    own.ChangeHandlers(mirror);
                else
                    own.RequestTransmit();
            }).OnTransmitDo(Counting());
        });
        await using (var client = LwsTestClient.Start(ServerBench.PortOf(listener)))
        {
            await client.SaysAsync("rx 1 '2'");
            await mirror.WaitForAsync(static one => one.ReceivedLength > 0);
        }

        await Poll.UntilAsync(() => listener.Streams.Count == 0, static () => "Streams stay.");
        Assert.All(mirror.Events.Where(static one => one.Kind == RecordedKind.Receive), static one => Assert.True(one.Flags.HasFlag(SsRxFlags.Text)));

        // It was handed over in its middle, and the other has seen the end.
        Assert.Contains(bench.Accepted, static one => one.Story.EndsWith("ServerUpgrade Disconnected Destroying", StringComparison.Ordinal));
        bench.Accepted.Clear();
    }

    private static TransmitReaction Counting()
    {
        var count = 0;
        return (SecureStream own, scoped ref SsTransmit tx) =>
        {
            var text = Encoding.ASCII.GetBytes($"{count++}");
            text.CopyTo(tx.Buffer);
            tx.Commit(text.Length, SsTxFlags.WholeMessage | SsTxFlags.Text);
            if (count < 10)
                own.RequestTransmit();
            return SsTransmitResult.Send;
        };
    }

    private static PeerProcess Start(string kind, string trust, string url)
    {
        var folder = RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "WebSocket");
        if (kind == "node")
        {
            if (!File.Exists(Path.Combine(folder, "node", "node_modules", "ws", "package.json")))
                throw Peer.Absent("the npm package ws", "npm");
            return PeerProcess.Start("/usr/bin/env", $"NODE_EXTRA_CA_CERTS={trust}", Peer.Find("node") ?? throw Peer.Absent("node", "nodejs"), Path.Combine(folder, "node", "client.mjs"), url);
        }

        if (!Directory.Exists("/usr/lib/python3/dist-packages/websockets"))
            throw Peer.Absent("the Python package websockets", "python3-websockets");
        return PeerProcess.Start("/usr/bin/env", $"SSL_CERT_FILE={trust}", "/usr/bin/python3", Path.Combine(folder, "python", "client.py"), url);
    }
}
