using System.Collections.Concurrent;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket.Http2;

/// <summary>What becomes of ws on a stream of HTTP/2 whose peer misbehaves, frame by frame.</summary>
public sealed class WsHttp2FaultTests
{
    /// <summary>SETTINGS_ENABLE_CONNECT_PROTOCOL = 1 (RFC 8441 section 3).</summary>
    private static readonly byte[] Enabled = [0, 8, 0, 0, 0, 1];

    [Fact]
    public async Task A_peer_without_support_is_told_with_what_mends_it()
    {
        await using var server = ScriptedServer.Start(H2Scripts.Play(static (_, _, _) => Task.CompletedTask));
        var failure = await FailAsync(server);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError, "ws_http_version"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains("RFC 8441", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_wants_another_version_is_told_by_the_attribute_of_ws()
    {
        await using var server = ScriptedServer.Start(OnConnect(static (connection, stream, stopping) => connection.WriteAsync(H2Frame.MakeReset(stream, 13).ToBytes(), stopping)));
        var failure = await FailAsync(server);
        Assert.Equal("ws_http_version", failure.Attribute);
        Assert.Contains("\"ws_http_version\": \"1.1\"", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reset", SsPhase.Peer, SsCauseCode.ConnectionReset, "HTTP/2 error 8 (CANCEL)")]
    [InlineData("goaway", SsPhase.Peer, SsCauseCode.PeerBusy, "HTTP/2 error 11 (ENHANCE_YOUR_CALM)")]
    [InlineData("cut", SsPhase.Peer, SsCauseCode.ConnectionReset, null)]
    [InlineData("end of stream", SsPhase.Peer, SsCauseCode.PeerClosed, null)]
    [InlineData("end of connection", SsPhase.Peer, SsCauseCode.PeerClosed, null)]
    [InlineData("end in a message", SsPhase.Payload, SsCauseCode.PayloadTruncated, null)]
    [InlineData("garbage", SsPhase.Protocol, SsCauseCode.ProtocolError, null)]
    public async Task The_end_midway_is_told_with_its_reason(string how, SsPhase phase, SsCauseCode code, string? text)
    {
        await using var server = ScriptedServer.Start(H2Scripts.Play(async (connection, frame, stopping) =>
        {
            var stream = frame.StreamId;
            if (frame.Type == H2Frame.Headers)
            {
                await connection.WriteAsync(H2Frame.MakeOk(stream).ToBytes(), stopping);
                await connection.WriteAsync(Data(stream, [.. WsPeer.Frame(WebSocketOpcode.Binary, how != "end in a message", [1]), .. WsPeer.Frame(WebSocketOpcode.Ping, true, [])]), stopping);
            }

            // The pong: what came before it was read. The platform drops what was not, when a stream is reset.
            if (frame.Type != H2Frame.Data)
                return;
            switch (how)
            {
                case "reset":
                    await connection.WriteAsync(H2Frame.MakeReset(stream, 8).ToBytes(), stopping);
                    break;
                case "goaway":
                    await connection.WriteAsync(H2Frame.MakeGoAway(stream, 11).ToBytes(), stopping);
                    connection.HalfClose();
                    break;
                case "end of stream":
                    await connection.WriteAsync(new H2Frame(H2Frame.Data, H2Frame.EndStream, stream, []).ToBytes(), stopping);
                    break;
                case "garbage":
                    await connection.WriteAsync(new H2Frame(H2Frame.RstStream, 0, stream, [1]).ToBytes(), stopping);
                    break;
                case "cut":
                    connection.Reset();
                    break;
                default:
                    connection.HalfClose();
                    break;
            }
        }, Enabled));
        var failure = await FailAsync(server);
        Assert.Equal((phase, code), (failure.Phase, failure.Code));
        Assert.StartsWith($"ws://127.0.0.1:{server.Port}/", failure.Endpoint, StringComparison.Ordinal);
        if (text is not null)
            Assert.Equal(text, failure.PeerText);
    }

    [Fact]
    public async Task After_a_goaway_that_spares_it_the_stream_goes_on_and_the_next_has_another_connection()
    {
        await using var server = ScriptedServer.Start(OnConnect(static async (connection, stream, stopping) =>
        {
            await connection.WriteAsync(H2Frame.MakeOk(stream).ToBytes(), stopping);
            await connection.WriteAsync(H2Frame.MakeGoAway(stream, 0).ToBytes(), stopping);
            await connection.WriteAsync(Data(stream, WsPeer.Frame(WebSocketOpcode.Binary, true, "still here"u8.ToArray())), stopping);
        }));
        await using var bench = new WsHttp2Runs(server.Port);
        var first = bench.Start();
        await first.WaitForAsync("rx-StartOfMessage, EndOfMessage");
        Assert.Equal("still here", first.ReceivedText);
        var second = bench.Start();
        await second.WaitForAsync("rx-StartOfMessage, EndOfMessage");
        Assert.Equal(2, server.Counters.Accepted);
        await Task.WhenAll(AbortAsync(first), AbortAsync(second));
    }

    [Fact]
    public async Task A_request_that_a_goaway_refused_is_sent_on_a_new_connection()
    {
        await using var server = ScriptedServer.Start(
            OnConnect(static (connection, _, stopping) => connection.WriteAsync(H2Frame.MakeGoAway(0, 0).ToBytes(), stopping)),
            OnConnect(static (connection, stream, stopping) => connection.WriteAsync(H2Frame.MakeOk(stream).ToBytes(), stopping)));
        await using var bench = new WsHttp2Runs(server.Port);
        var run = bench.Start();
        await run.WaitForAsync("connected");
        Assert.Equal(2, server.Counters.Accepted);
        await AbortAsync(run);
    }

    [Fact]
    public async Task After_the_closing_handshake_both_sides_end_the_stream()
    {
        var seen = new ConcurrentQueue<H2Frame>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(H2Scripts.Play(async (connection, frame, stopping) =>
        {
            if (frame.Type == H2Frame.Headers)
                await connection.WriteAsync(H2Frame.MakeOk(frame.StreamId).ToBytes(), stopping);
            if (frame.StreamId == 0 || frame.Type is not (H2Frame.Data or H2Frame.RstStream))
                return;
            seen.Enqueue(frame);
            if (frame.Payload.Length > 0 && frame.Type == H2Frame.Data)
                await connection.WriteAsync(new H2Frame(H2Frame.Data, H2Frame.EndStream, frame.StreamId, WsPeer.CloseFrame(1000)).ToBytes(), stopping);
            if ((frame.Flags & H2Frame.EndStream) != 0)
                ended.TrySetResult();
        }, Enabled));
        await using var bench = new WsHttp2Runs(server.Port);
        var run = bench.Start();
        await run.WaitForAsync("connected");
        run.Close();
        await run.EndAsync();
        await ended.Task.OrFail(static () => "This side did not end.");
        Assert.Equal([(H2Frame.Data, 0), (H2Frame.Data, (int)H2Frame.EndStream)], seen.Take(2).Select(static one => (one.Type, (int)one.Flags)));
        Assert.Empty(seen.ElementAt(1).Payload);
    }

    /// <summary>Who is given up is the far end: a proxy on the way that answers for itself proves nothing of it. But then it is worth keeping.</summary>
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task A_far_end_that_is_silent_is_given_up_and_its_connection_only_if_that_is_silent_too(bool nextHopLives, int connections)
    {
        var pinged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var later = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(Quiet(async (connection, frame, stopping) =>
        {
            if (frame.Type == H2Frame.Headers)
                await connection.WriteAsync(H2Frame.MakeOk(frame.StreamId).ToBytes(), stopping);
            if (frame is { Type: H2Frame.Data, Payload.Length: > 0 } && (frame.Payload[0] & 0x0f) == (int)WebSocketOpcode.Ping && pinged.TrySetResult() && nextHopLives)
            {
                await later.Task.WaitAsync(stopping);
                await connection.WriteAsync(new H2Frame(H2Frame.Ping, 0, 0, new byte[8]).ToBytes(), stopping);
            }

            if (frame is { Type: H2Frame.Data, Payload.Length: > 0 } && (frame.Payload[0] & 0x0f) == (int)WebSocketOpcode.Close)
                await connection.WriteAsync(new H2Frame(H2Frame.Data, H2Frame.EndStream, frame.StreamId, WsPeer.CloseFrame(1000)).ToBytes(), stopping);
            if (frame is { Type: H2Frame.Ping, Flags: H2Frame.Ack })
                answered.TrySetResult();
        }));
        var clock = new ManualTimeProvider();
        using var log = new TestLog();
        log.Allow("Failed");
        await using var context = SsContext.FromJson(
            $$"""
            {
              "retry": [{ "r": { "backoff": [1000], "conceal": 10, "svalidping": 5, "svalidhup": 10 } }],
              "s": [{ "x": { "endpoint": "127.0.0.1", "port": {{server.Port}}, "protocol": "ws", "ws_http_version": "2", "retry": "r" } }]
            }
            """,
            new() { Platform = new SsPlatform { Time = clock }, LoggerFactory = log });
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(5));
        await pinged.Task.OrFail(static () => "No ping came.");
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(1));
        later.SetResult();
        if (nextHopLives)
            await answered.Task.OrFail(static () => "The shared connection's ping was not answered.");
        clock.Advance(TimeSpan.FromSeconds(4));
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);

        var again = new RecordingHandler();
        await using var next = context.Create("x", again);
        next.Connect();
        await again.WaitForStateAsync(SsState.Connected);
        Assert.Equal(connections, server.Counters.Accepted);
    }

    private static byte[] Data(int stream, byte[] payload) => new H2Frame(H2Frame.Data, 0, stream, payload).ToBytes();

    private static ConnectionScript OnConnect(Func<ScriptedConnection, int, CancellationToken, Task> play) => H2Scripts.Play(
        (connection, frame, stopping) => frame.Type == H2Frame.Headers ? play(connection, frame.StreamId, stopping) : Task.CompletedTask, Enabled);

    /// <summary>A peer that says what <paramref name="play"/> does and nothing by itself but what it must at the beginning: no ping is answered.</summary>
    private static ConnectionScript Quiet(Func<ScriptedConnection, H2Frame, CancellationToken, Task> play) => async (connection, stopping) =>
    {
        await connection.ReadAsync(H2Frame.ClientPreface.Length, stopping);
        await connection.WriteAsync(new H2Frame(H2Frame.Settings, 0, 0, Enabled).ToBytes(), stopping);
        try
        {
            while (true)
            {
                var frame = await H2Frame.ReadAsync(connection, stopping);
                if (frame is { Type: H2Frame.Settings, Flags: 0 })
                    await connection.WriteAsync((frame with { Flags = H2Frame.Ack, Payload = [] }).ToBytes(), stopping);
                await play(connection, frame, stopping);
            }
        }
        catch (EndOfStreamException)
        {
            // The client is gone.
        }
    };

    private static async Task<TransportFailure> FailAsync(ScriptedServer server)
    {
        await using var bench = new WsHttp2Runs(server.Port);
        return (await bench.Start().EndAsync())!;
    }

    private static Task<TransportFailure?> AbortAsync(TransportRun run)
    {
        run.Post(run.Transport.AbortOnMailbox);
        return run.EndAsync();
    }

    /// <summary>Transports that lead to a port.</summary>
    private sealed class WsHttp2Runs(int port) : IAsyncDisposable
    {
        private readonly ManualTimeProvider _clock = new();
        private readonly TestLog _log = new();
        private TransportFactory? _factory;

        public TransportRun Start()
        {
            var run = new TransportRun(HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": {port}, \"protocol\": \"ws\", \"ws_http_version\": \"2\""));
            run.Start(_factory ??= new TransportFactory(new SsPlatform { Time = _clock }, _log, new SsMemoryBlobStore()));
            return run;
        }

        public async ValueTask DisposeAsync()
        {
            if (_factory is not null)
                await _factory.DisposeAsync();
            await _clock.WaitForNoTimersAsync();
            _log.Dispose();
        }
    }
}
