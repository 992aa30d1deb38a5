using System.Net;
using System.Net.Sockets;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>The keep-alive on the virtual clock: asked at the right moment, given up at the right moment.</summary>
public sealed class MqttKeepAliveTests
{
    private const string Alive = "\"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t\", \"mqtt_keep_alive\": 10";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task The_broker_is_asked_when_nothing_was_sent_for_the_keep_alive_and_not_a_moment_before()
    {
        await using var bench = new MqttBench(more: Alive + ", \"mqtt_subscribe\": \"t/in\"");
        var (run, peer) = await bench.ConnectAsync();
        for (var round = 1; round <= 3; round++)
        {
            await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
            bench.Clock.Advance(TimeSpan.FromSeconds(10) - Tick);
            await run.TurnAsync();
            Assert.Equal(0, peer.Socket.Available);
            bench.Clock.Advance(Tick);
            await peer.ReadAsync(MqttPacketType.PingRequest);
            await peer.SendRawAsync(0xd0, 0);

            // Has come when what is behind it has.
            await peer.PublishAsync("t/in", "x");
            await run.WaitForCountAsync("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage), round);
        }

        run.Close();
        await run.EndAsync();
    }

    [Fact]
    public async Task What_was_sent_and_heard_puts_the_question_off()
    {
        await using var bench = new MqttBench(more: Alive + ", \"mqtt_subscribe\": \"t/in\"");
        var (run, peer) = await bench.ConnectAsync();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        bench.Clock.Advance(TimeSpan.FromSeconds(9));
        run.Send("x");
        await peer.ReadAsync(MqttPacketType.Publish);
        await peer.PublishAsync("t/in", "heard");
        await run.WaitForAsync("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(0, peer.Socket.Available);
        bench.Clock.Advance(TimeSpan.FromSeconds(9));
        await peer.ReadAsync(MqttPacketType.PingRequest);
        peer.Dispose();
        await run.EndAsync();
    }

    [Fact]
    public async Task A_stream_that_joins_a_quiet_connection_asks_before_it_gives_it_up()
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($$"""
            "x": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "x", "retry": "soon" },
            "y": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_topic": "y", "retry": "r" }
            """);
        var (handler, other) = (new RecordingHandler(), new RecordingHandler());
        await using var stream = context.Create("x", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);

        // Longer than the other gives a silent broker, and in order for this one.
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await using var neighbour = context.Create("y", other);
        neighbour.Connect();
        await other.WaitForStateAsync(SsState.Connected);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await peer.ReadAsync(MqttPacketType.PingRequest);
        await peer.SendRawAsync(0xd0, 0);
        await peer.PublishAsync("x", "behind it");
        await handler.WaitForAsync(static one => one.ReceivedMessages == 1);
        Assert.Equal(("Creating Connecting Connected", "Creating Connecting Connected"), (handler.Story, other.Story));
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task A_connection_that_is_over_and_not_told_yet_has_not_been_silent()
    {
        var sockets = new ClosingSockets();
        var clock = new ManualTimeProvider();
        await using var bench = new MqttBench(platform: new SsPlatform { Time = clock, Sockets = sockets });
        var run = bench.Start(bench.PolicyOf("\"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t\""));
        await run.WaitForAsync("connected");
        Assert.NotNull(await run.HeardAsync());
        sockets.Breaks.SetException(new IOException("gone", new SocketException((int)SocketError.ConnectionReset)));
        await sockets.Closing.Task.OrFail(static () => "The connection is not closed.");

        // Else the stream would take it for silent since ever, and tell that instead of why it is over.
        var heard = await run.HeardAsync();
        sockets.Closed.SetResult();
        Assert.Null(heard);
        Assert.Equal(SsCauseCode.ConnectionReset, (await run.EndAsync())!.Code);
    }

    [Fact]
    public async Task Who_only_sends_asks_as_well_and_notices_that_nobody_is_there()
    {
        await using var bench = new MqttBench(more: Alive);
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        for (var i = 0; i < 2; i++)
        {
            await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10 - (5 * i)));
            bench.Clock.Advance(TimeSpan.FromSeconds(5));
            if (i == 1)
                await peer.ReadAsync(MqttPacketType.PingRequest);
            run.Send("x");
            await peer.ReadAsync(MqttPacketType.Publish);
        }

        // What is sent meanwhile does not put the end off.
        for (var i = 0; i < 2; i++)
        {
            await run.TurnAsync();
            Assert.DoesNotContain("closed", run.Events);
            bench.Clock.Advance(TimeSpan.FromSeconds(5));
            if (i == 0)
            {
                run.Send("x");
                await peer.ReadAsync(MqttPacketType.Publish);
            }
        }

        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.PeerUnresponsive, "mqtt_keep_alive"), (failure?.Code, failure?.Attribute));
    }

    [Theory]
    [InlineData("", 10, "mqtt_keep_alive")]
    [InlineData("r", 4, "svalidping")]
    public async Task A_broker_that_does_not_answer_is_given_up_exactly_at_the_bound(string retry, int bound, string attribute)
    {
        await using var bench = new MqttBench(more: Alive);
        var policy = retry.Length == 0 ? bench.Policy : bench.PolicyWithRetry(Alive, "\"svalidping\": 4, \"svalidhup\": 100");
        var (run, peer) = await bench.ConnectAsync(policy, subscribes: false);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await peer.ReadAsync(MqttPacketType.PingRequest);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(bound));
        bench.Clock.Advance(TimeSpan.FromSeconds(bound) - Tick);
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(Tick);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, attribute), (failure.Phase, failure.Code, failure.Attribute));
    }

    [Fact]
    public async Task A_broker_that_sends_something_else_lives()
    {
        await using var bench = new MqttBench(more: Alive + ", \"mqtt_subscribe\": \"t/in\"");
        var (run, peer) = await bench.ConnectAsync();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await peer.ReadAsync(MqttPacketType.PingRequest);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        bench.Clock.Advance(TimeSpan.FromSeconds(9));
        await peer.PublishAsync("t/in", "alive");
        await run.WaitForAsync("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage));

        // It is asked again all the same, because the broker wants to hear of this side too.
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await peer.ReadAsync(MqttPacketType.PingRequest);
        Assert.DoesNotContain("closed", run.Events);
        peer.Dispose();
        await run.EndAsync();
    }

    [Fact]
    public async Task While_the_only_stream_is_paused_nothing_can_be_heard_and_nothing_is_held_against_the_broker()
    {
        await using var bench = new MqttBench(more: Alive);
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Pause(true);
        for (var i = 0; i < 5; i++)
        {
            await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
            bench.Clock.Advance(TimeSpan.FromSeconds(10));
            await peer.ReadAsync(MqttPacketType.PingRequest);
        }

        Assert.DoesNotContain("closed", run.Events);
        run.Pause(false);
        await ReadsAsync(run).OrFail(static () => "Reading does not go on.");
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.PeerUnresponsive, failure?.Code);
    }

    private static async Task ReadsAsync(TransportRun run)
    {
        while (!run.Transport.HearsWhilePaused)
            await run.TurnAsync();
    }

    [Fact]
    public async Task A_long_message_that_nobody_takes_is_noticed_too()
    {
        await using var bench = new MqttBench(more: Alive);
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.SendLarge(new byte[15 * 1024 * 1024]);
        await run.TurnAsync();

        // As long as the buffers between take some of it, it is under way; then it stands still, and nobody is heard.
        var ended = run.EndAsync();
        while (!ended.IsCompleted)
        {
            if (bench.Clock.ArmedTimers.Count > 0)
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
            await run.TurnAsync();
        }

        var failure = await ended;
        Assert.Equal((SsCauseCode.PeerUnresponsive, "mqtt_keep_alive"), (failure?.Code, failure?.Attribute));
        peer.Dispose();
    }

    [Fact]
    public async Task Without_a_keep_alive_nobody_is_asked_but_by_a_stream()
    {
        await using var bench = new MqttBench(more: "\"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t\"");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        await run.TurnAsync();
        Assert.Empty(bench.Clock.ArmedTimers);
        run.Post(run.Transport.PingOnMailbox);
        run.Post(run.Transport.PingOnMailbox);
        await peer.ReadAsync(MqttPacketType.PingRequest);
        run.Send("x");
        Assert.Equal("x", (await peer.ReadAsync(MqttPacketType.Publish)).Text);
        run.Close();
        await run.EndAsync();
    }

    /// <summary>A connection to a broker that accepts it and breaks when the test says so; closing it takes until the test says so.</summary>
    private sealed class ClosingSockets : SsSocketDialer
    {
        public TaskCompletionSource<int> Breaks { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Closing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => new(new Closes(this));

        private sealed class Closes(ClosingSockets owner) : MemoryStream
        {
            private static readonly byte[] ConnectAck = [0x20, 2, 0, 0];
            private bool _isAccepted;

            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                if (buffer.IsEmpty && !_isAccepted)
                    return new(0);
                if (_isAccepted)
                    return new(owner.Breaks.Task);
                _isAccepted = true;
                ConnectAck.CopyTo(buffer);
                return new(ConnectAck.Length);
            }

            public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

            public override async ValueTask DisposeAsync()
            {
                owner.Closing.TrySetResult();
                await owner.Closed.Task;
                await base.DisposeAsync();
            }
        }
    }
}
