using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Peers and networks that fall silent under a real stream, on real sockets and, but for one test, on a virtual clock.</summary>
public sealed class HttpLivenessTests : IDisposable
{
    private static readonly TimeSpan Hangup = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _clock = new();
    private readonly TestLog _log = new();

    public HttpLivenessTests() => _log.Allow("Failed");

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("h1", "/hang?head=1", SsState.Disconnected, RelayDirection.Both)]
    [InlineData("h2", "/hang?head=1", SsState.Disconnected, RelayDirection.Both)]
    [InlineData("h2", "/hang?head=1", SsState.Disconnected, RelayDirection.ToClient)]
    [InlineData("h2", "/hang?head=1", SsState.Disconnected, RelayDirection.ToServer)]
    [InlineData("h1", "/hang", SsState.Unreachable, RelayDirection.Both)]
    [InlineData("h2", "/hang", SsState.Unreachable, RelayDirection.Both)]
    public async Task A_peer_behind_a_hole_is_unresponsive_at_the_bound_and_its_connection_serves_nobody_again(string protocol, string url, SsState told, RelayDirection hole)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var port = protocol == "h1" ? host.HttpPort : host.H2cPort;
        await using var relay = TcpRelay.Start(port);
        var sockets = new WitnessSockets(_clock);
        await using var context = Context(_clock, relay.Port, protocol, url, witness: sockets);
        var calm = new RecordingHandler();
        await using var bystander = context.Create("calm", calm);
        bystander.Connect();
        await host.WaitForRequestAsync("/gate/calm?head=1");
        await calm.WaitForStateAsync(SsState.Connected);

        TimeSpan? toldAt = null;
        var handler = new RecordingHandler().OnStateDo(told, _ => toldAt = _clock.Elapsed);
        await using (var stream = context.Create("t", handler))
        {
            stream.Connect();
            await host.WaitForRequestAsync(url);
            if (told == SsState.Disconnected)
                await handler.WaitForStateAsync(SsState.Connected);
            var dead = await relay.ConnectionAsync(1);
            dead.Stop(hole);

            // What was on its way already is a sign of life, whenever it is read: the bound runs from the last one. What is read while the end is told comes too late.
            await _clock.AdvanceUntilAsync(handler.WaitForStateAsync(told), () => toldAt ?? sockets.Heard(1)[^1] + Hangup, sockets.Step);
            Assert.Equal(toldAt - Hangup, sockets.Heard(1).Last(heard => heard < toldAt));
            Assert.Equal(toldAt, _clock.Elapsed);
            Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive), (handler.CauseOf(told).Phase, handler.CauseOf(told).Code));
            var detail = context.Diagnostics.Find(handler.CauseOf(told).DetailId)!;
            Assert.EndsWith("/hang", detail.Endpoint, StringComparison.Ordinal);
            Assert.StartsWith("retry ", detail.Policy!.Attribute, StringComparison.Ordinal);

            // The next attempt has a connection of its own, and the network has healed for it.
            await _clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(1));
            await relay.ConnectionAsync(2);
        }

        // Whoever had another connection has it still.
        host.OpenGate("calm");
        await calm.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("open", calm.ReceivedText);
        Assert.Equal(3, relay.Connections.Count);
    }

    [Fact]
    public async Task A_shared_connection_that_never_answers_is_left_however_early_each_stream_gives_up()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var relay = TcpRelay.Start(host.H2cPort);
        await using var context = Context(_clock, relay.Port, "h2", "/bytes/5", "\"svalidhup\": 0");
        var handler = new RecordingHandler();
        await using var first = context.Create("t", handler);
        first.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        relay.Connections[0].Stop(RelayDirection.Both);

        // None of them waits for as long as an answer may take; together they do.
        for (var i = 0; i < 8; i++)
        {
            var impatient = new RecordingHandler();
            await using var stream = context.Create("t", impatient);
            stream.Connect();
            await impatient.WaitForStateAsync(SsState.Connecting);
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        var last = new RecordingHandler();
        await using var patient = context.Create("t", last);
        patient.Connect();
        await last.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(5, last.ReceivedLength);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_connection_that_waited_in_the_pool_longer_than_the_bound_is_not_taken_for_dead(string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var port = protocol == "h1" ? host.HttpPort : host.H2cPort;
        await using var context = Context(_clock, port, protocol, "/bytes/5");
        var handler = new RecordingHandler();
        await using var stream = context.Create("t", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        _clock.Advance(TimeSpan.FromSeconds(30));

        var held = new RecordingHandler();
        await using var second = context.Create("held", held);
        second.Connect();
        await host.WaitForRequestAsync("/gate/held");
        _clock.Advance(Hangup - TimeSpan.FromTicks(1));
        host.OpenGate("held");
        await held.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", held.Story);
        Assert.Equal(1, (protocol == "h1" ? host.Http : host.H2c).Accepted);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task An_answer_that_is_here_and_rests_is_no_silence(string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Context(_clock, protocol == "h1" ? host.HttpPort : host.H2cPort, protocol, "/bytes/40000");
        var handler = new RecordingHandler();
        handler.OnReceiveDo((SecureStream stream, ReadOnlySpan<byte> _, SsRxFlags _) =>
        {
            handler.OnReceiveDo(null);
            stream.PauseReceive();
            return SsResult.Continue;
        });
        await using var stream = context.Create("t", handler);
        stream.Connect();
        await handler.WaitForAsync(static one => one.ReceivedLength > 0);

        // It looks every five seconds, and at the second look it would have been silent for too long.
        for (var look = 1; look <= 2 && protocol == "h2"; look++)
        {
            await _clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        if (protocol == "h1")
            _clock.Advance(2 * Hangup);
        stream.ResumeReceive();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal((SsCauseCode.Completed, 40_000), (handler.CauseOf(SsState.Disconnected).Code, handler.ReceivedLength));
    }

    [Theory]
    [InlineData("reset", SsCauseCode.ConnectionReset)]
    [InlineData("half", SsCauseCode.PayloadTruncated)]
    public async Task What_a_network_says_is_told_at_once(string what, SsCauseCode code)
    {
        await using var server = ScriptedServer.Start(Scripts.StallMidBody(100, 50));
        await using var relay = TcpRelay.Start(server.Port);
        await using var context = Context(_clock, relay.Port, "h1", "/");
        var handler = new RecordingHandler();
        await using var stream = context.Create("t", handler);
        handler.OnReceiveDo((SecureStream _, ReadOnlySpan<byte> _, SsRxFlags flags) =>
        {
            // What the peer has sent may come in several pieces, and a connection is reset once.
            if ((flags & SsRxFlags.StartOfMessage) == 0)
                return SsResult.Continue;
            if (what == "reset")
                relay.Connections[0].Reset();
            else
                relay.Connections[0].HalfClose(RelayDirection.ToClient);
            return SsResult.Continue;
        });
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(code, handler.CauseOf(SsState.Disconnected).Code);
        Assert.Equal(TimeSpan.Zero, _clock.Elapsed);
    }

    [Fact]
    public async Task A_slow_network_is_none_that_is_dead()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var relay = TcpRelay.Start(host.HttpPort);
        await using var context = Context(_clock, relay.Port, "h1", "/bytes/2000");
        var handler = new RecordingHandler();
        await using var stream = context.Create("t", handler);
        stream.Connect();
        (await relay.ConnectionAsync(0)).Dribble(RelayDirection.Both);
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(SsCauseCode.Completed, handler.CauseOf(SsState.Disconnected).Code);
        Assert.Equal(2000, handler.ReceivedLength);
    }

    [Fact]
    public async Task A_silent_transaction_stays_while_the_peer_answers_pings()
    {
        // On the platform's clock, since the pings are the platform's: five of them take longer than the bound.
        const int Pings = 5;
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedConnection? peer = null;
        var (seen, streamId) = (0, 0);
        await using var server = ScriptedServer.Start(H2Scripts.Play(async (connection, frame, stopping) =>
        {
            if (frame.Type == H2Frame.Headers)
            {
                (peer, streamId) = (connection, frame.StreamId);
                await connection.WriteAsync(H2Frame.MakeOk(frame.StreamId).ToBytes(), stopping);
            }

            if (frame is { Type: H2Frame.Ping, Flags: 0 } && ++seen == Pings)
                answered.TrySetResult();
        }));
        await using var context = Context(TimeProvider.System, server.Port, "h2", "/", "\"svalidping\": 2, \"svalidhup\": 4");
        var handler = new RecordingHandler();
        await using var stream = context.Create("t", handler);
        stream.Connect();
        await answered.Task.OrFail(() => $"{handler.Story}: {seen} pings");
        Assert.Equal("Creating Connecting Connected", handler.Story);
        await peer!.WriteAsync(new H2Frame(H2Frame.Data, H2Frame.EndStream, streamId, []).ToBytes(), TestContext.Current.CancellationToken);
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(SsCauseCode.Completed, handler.CauseOf(SsState.Disconnected).Code);
    }

    private LocalContext Context(TimeProvider time, int port, string protocol, string url, string validity = "\"svalidping\": 5, \"svalidhup\": 10", WitnessSockets? witness = null)
    {
        var platform = witness is null ? new SsPlatform { Time = time } : new SsPlatform { Time = time, Sockets = witness, Scheduler = witness.Scheduler };
        return SsContext.FromJson(
            $$"""
            {
              "retry": [{ "strict": { "backoff": [1000], "conceal": 5, "jitterpc": 0, {{validity}} } }, { "calm": { "backoff": [1000], "conceal": 0, "svalidhup": 0 } }],
              "s": [
                { "t": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{protocol}}", "http_method": "GET", "http_url": "{{url}}", "retry": "strict" } },
                { "calm": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{protocol}}", "http_method": "GET", "http_url": "/gate/calm?head=1", "long_poll": true, "retry": "calm" } },
                { "held": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{protocol}}", "http_method": "GET", "http_url": "/gate/held", "long_poll": true, "retry": "strict" } }
              ]
            }
            """,
            new SsContextOptions { Platform = platform, LoggerFactory = _log });
    }
}
