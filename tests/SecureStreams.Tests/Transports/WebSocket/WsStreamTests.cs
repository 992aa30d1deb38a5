using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports.Connections;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>Whole streams over ws.</summary>
public sealed class WsStreamTests
{
    [Fact]
    public async Task A_silent_peer_is_asked_and_given_up_at_the_bound()
    {
        await using var bench = new WsBench();
        bench.Log.Allow("Failed");
        await using var context = Context(bench);
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);

        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(WebSocketOpcode.Ping, (await peer.ReadFrameAsync())!.Value.Opcode);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Equal(SsState.Connected, stream.State);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Theory]
    [InlineData("disconnect", "1000 (normal closure)")]
    [InlineData("throw", "1011 (internal error)")]
    [InlineData("flags", "1011 (internal error)")]
    [InlineData("dispose", "1001 (going away)")]
    public async Task The_close_code_says_how_the_stream_ends(string how, string close)
    {
        await using var bench = new WsBench();
        bench.Log.Allow("Failed");
        bench.Log.Allow("HandlerThrew");
        await using var context = Context(bench);
        var handler = new RecordingHandler()
            .OnReceiveDo((_, _, _) => how == "throw" ? throw new InvalidOperationException("no") : SsResult.Continue)
            .OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
            {
                tx.Commit(1, SsTxFlags.None);
                return SsTransmitResult.Send;
            });
        await using var stream = context.Create("x", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        Task disposal = Task.CompletedTask;
        switch (how)
        {
            case "disconnect":
                stream.Disconnect();
                break;
            case "throw":
                await peer.SendFrameAsync(WebSocketOpcode.Binary, true, [1]);
                break;
            case "flags":
                stream.RequestTransmit();
                break;
            default:
                disposal = stream.DisposeAsync().AsTask();
                break;
        }

        Assert.Equal(close, await peer.ReadCloseAsync());
        await peer.SendRawAsync(WsPeer.CloseFrame(1000));
        await peer.ToEndAsync();
        peer.Dispose();
        await disposal;
    }

    /// <summary>Against the platform's own WebSocket, in Kestrel.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kestrel_sends_every_message_back(bool tls)
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var log = new TestLog();
        await using var context = SsContext.FromJson($$"""
            {
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
              "trust_stores": [{ "name": "main", "stack": ["root"] }],
              "s": [{ "x": { "endpoint": "127.0.0.1", "port": {{(tls ? host.HttpsPort : host.HttpPort)}}, "protocol": "ws", "http_url": "ws/echo", "ws_subprotocol": "a, b",
                             "ws_binary": true{{(tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "")}} } }]
            }
            """, new() { LoggerFactory = log });
        await using var stream = context.Create("x", new RecordingHandler());
        stream.Connect();
        foreach (var length in (int[])[0, 1, 125, 126, 127, 16_384, 16_385, 65_535, 65_536, 300_000])
        {
            var message = new byte[length];
            DeterministicBytes.Fill(message, length);
            await using var reader = stream.ReadMessagesAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
            await stream.SendAsync(message, cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(await reader.MoveNextAsync().AsTask().OrFail(() => $"No answer of {length} bytes."));
            Assert.True(reader.Current.Payload.Span.SequenceEqual(message), $"{length}");
        }
    }

    /// <summary>The answer to the first of three messages that arrive together leaves after the last has been read, although it was asked for before; without the attribute it leaves at once.</summary>
    [Theory]
    [InlineData(true, "first second third tx")]
    [InlineData(false, "first tx second third")]
    public async Task What_has_arrived_is_read_before_anything_is_sent(bool prioritized, string order)
    {
        await using var bench = new WsBench();
        bench.Log.Allow("Failed");
        await using var context = Context(bench, prioritized ? ", \"ws_prioritize_reads\": true" : "");
        var seen = new List<string>();
        var handler = new RecordingHandler()
            .OnReceiveDo((stream, payload, _) =>
            {
                seen.Add(payload.Length == 1 ? "third" : seen.Count == 0 ? "first" : "second");
                if (seen.Count == 1)
                    stream.RequestTransmit();
                return SsResult.Continue;
            })
            .OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
            {
                seen.Add("tx");
                tx.Commit(1, SsTxFlags.WholeMessage);
                return SsTransmitResult.Send;
            });
        await using var stream = context.Create("x", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);

        // The first fills what is read at first; the others are less than what is read next.
        byte[] three =
        [
            .. WsPeer.Frame(WebSocketOpcode.Binary, true, new byte[LinkDefaults.FirstReadBytes - 4]),
            .. WsPeer.Frame(WebSocketOpcode.Binary, true, new byte[200]),
            .. WsPeer.Frame(WebSocketOpcode.Binary, true, [1]),
        ];
        await peer.SendRawAsync(three);
        try
        {
            await peer.ReceivedAsync(1).OrFail(() => $"Nothing is sent; so far: {string.Join(' ', seen)}");
            await handler.WaitForAsync(static one => one.ReceivedMessages == 3);
        }
        finally
        {
            // Else the close would wait for the peer, on the test's clock.
            await peer.BreakAsync();
            await handler.WaitForStateAsync(SsState.Disconnected);
        }

        Assert.Equal(order, string.Join(' ', seen));
    }

    private static LocalContext Context(WsBench bench, string more = "") => SsContext.FromJson(
        $$"""
        {
          "retry": [{ "r": { "backoff": [1000], "conceal": 0, "svalidping": 5, "svalidhup": 10 } }],
          "s": [{ "x": { "endpoint": "127.0.0.1", "port": {{bench.Port}}, "protocol": "ws", "ws_binary": true, "retry": "r"{{more}} } }]
        }
        """,
        new() { Platform = new SsPlatform { Time = bench.Clock }, LoggerFactory = bench.Log });
}
