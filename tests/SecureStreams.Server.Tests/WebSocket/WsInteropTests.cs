using System.Text;
using System.Text.Json;
using SecureStreams.Interop.Tests.WebSocket.Clients;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Clients of others: Node's <c>ws</c>, python3-websockets, the platform's, the test client of libwebsockets.</summary>
public sealed class WsInteropTests
{
    private const string Closing = "\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"ws_subprotocol\": \"one\", \"max_message_bytes\": 1000 }";

    private static readonly int[] Lengths = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20];

    [Theory]
    [InlineData("node", false, false, false, 1)]
    [InlineData("node", true, false, false, 7)]
    [InlineData("node", false, true, false, 1)]
    [InlineData("node", false, false, true, 1)]
    [InlineData("node", false, false, true, 7)]
    [InlineData("python", false, false, false, 1)]
    [InlineData("python", true, false, false, 7)]
    [InlineData("python", false, false, true, 1)]
    [InlineData("python", false, false, true, 7)]
    public async Task A_client_of_another_gets_its_messages_back_and_closes_in_order(string kind, bool tls, bool unix, bool deflate, int fragments)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ss-test-{Guid.NewGuid():N}");
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "ws", "endpoint": "{{(unix ? "+" + path : "127.0.0.1")}}", "ws_subprotocol": "one"{{(tls ? ", " + ServerBench.Tls : "")}}{{(deflate ? ", \"ws_deflate\": true" : "")}} }
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
            await using var client = ForeignClient.Start(kind, "client", url, JsonSerializer.Serialize(new { fragments, deflate }), trust);
            var done = await client.WaitForAsync("done");
            Assert.Equal(4002, done.GetProperty("code").GetInt32());
            Assert.Equal("one", done.GetProperty("protocol").GetString());
            Assert.Equal(deflate, done.GetProperty("deflate").GetBoolean());
            Assert.Equal(fragments > 1, done.GetProperty("pongs").GetInt32() > 50);
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

    [Theory]
    [InlineData("node", 1005)]
    [InlineData("python", null)]
    [InlineData("platform", null)]
    public async Task Every_code_that_a_client_of_another_closes_with_comes_back_and_is_told(string kind, int? none)
    {
        // A close without a code is answered without one, which node calls 1005; the others can send none such.
        await using var bench = new ServerBench(Closing);
        bench.Log.Allow("Peer/Peer");
        await using var listener = bench.Listen();
        int[] codes = none is null ? [.. CloseCodes.All] : [.. CloseCodes.All, 0];
        var ends = await ForeignClient.CloseAsync(kind, $"ws://127.0.0.1:{ServerBench.PortOf(listener)}/", [.. codes.Select(static code => new ClosingStep(code))]);
        Assert.Equal(codes.Select(code => code == 0 ? none!.Value : code), ends.Select(static end => end.Code));
        for (var at = 0; at < codes.Length; at++)
        {
            var handler = await bench.AcceptedAsync(at + 1);
            await handler.WaitForStateAsync(SsState.Destroying);
            var cause = handler.CauseOf(SsState.Disconnected);
            Assert.Equal((CloseCodes.CauseOf(codes[at]), codes[at] == 0 ? 1005 : codes[at]), (cause.Code, cause.Status));
        }
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    [InlineData("platform")]
    public async Task Every_code_that_the_server_has_reason_to_say_reaches_a_client_of_another(string kind)
    {
        await using var bench = new ServerBench(Closing);
        bench.Log.Allow("the handler threw");
        bench.Log.Allow("Protocol/ProtocolError");
        bench.Log.Allow("Payload/PayloadTooLarge");
        await using var listener = bench.Listen(setup: static handler => handler.OnReceiveDo(static (_, payload, _) => payload[0] switch
        {
            (byte)'c' => SsResult.Disconnect,
            (byte)'d' => SsResult.Destroy,
            (byte)'t' => throw new InvalidOperationException("the handler threw"),
            _ => SsResult.Continue,
        }));
        var steps = new List<(ClosingStep Step, int Code, SsCauseCode Cause)>
        {
            (new ClosingStep(Text: "close"), 1000, SsCauseCode.LocalDisconnect),
            (new ClosingStep(Text: "destroy"), 1001, SsCauseCode.LocalDestroy),
            (new ClosingStep(Text: "throw"), 1011, SsCauseCode.HandlerException),
            (new ClosingStep(Text: new string('x', 1001)), 1009, SsCauseCode.PayloadTooLarge),
        };
        if (kind != "platform")
        {
            steps.Add((new ClosingStep(Raw: RawFrame.Make(RawFrame.Fin | 0x40 | RawFrame.Text, [], WsPeer.Key)), 1002, SsCauseCode.ProtocolError));
            steps.Add((new ClosingStep(Raw: RawFrame.Make(RawFrame.Fin | RawFrame.Text, [0xFF], WsPeer.Key)), 1007, SsCauseCode.ProtocolError));
        }

        var ends = await ForeignClient.CloseAsync(kind, $"ws://127.0.0.1:{ServerBench.PortOf(listener)}/", [.. steps.Select(static step => step.Step)]);
        Assert.Equal(steps.Select(static step => step.Code), ends.Select(static end => end.Code));
        Assert.Equal(steps.Select(static step => step.Code is 1002 or 1007 or 1009), ends.Select(static end => end.Reason.Length > 0));
        for (var at = 0; at < steps.Count; at++)
        {
            var handler = await bench.AcceptedAsync(at + 1);
            await handler.WaitForStateAsync(SsState.Destroying);
            Assert.Equal(steps[at].Cause, handler.CauseOf(SsState.Disconnected).Code);
        }
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
}
