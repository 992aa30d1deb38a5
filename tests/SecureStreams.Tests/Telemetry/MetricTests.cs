using SecureStreams.Network;
using SecureStreams.Telemetry;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Telemetry;

/// <summary>What each instrument says of a life played on a manual clock.</summary>
public sealed class MetricTests
{
    [Fact]
    public async Task Attempts_are_counted_and_timed_by_outcome()
    {
        using var meters = new MeterProbe().Listen();
        await using (var bench = new CoreBench(meters: meters))
        {
            var (stream, handler) = bench.Create("link");
            stream.Connect();
            var first = await bench.NextAttemptAsync();
            bench.Clock.Advance(TimeSpan.FromMilliseconds(250));
            first.Close(CoreBench.Refused);
            await bench.PassAsync(TimeSpan.FromSeconds(1));
            var second = await bench.NextAttemptAsync();
            bench.Clock.Advance(TimeSpan.FromMilliseconds(500));
            second.Accept();
            await handler.WaitForStateAsync(SsState.Connected);
            bench.Clock.Advance(TimeSpan.FromSeconds(7));
            second.Close(CoreBench.Reset);
            await handler.WaitForStateAsync(SsState.Disconnected);
            await bench.PassAsync(TimeSpan.FromSeconds(1));
            await bench.NextAttemptAsync();
            await stream.DisposeAsync();
        }

        Assert.Equal(
            [
                "error.type=ConnectionRefused ss.outcome=failed ss.phase=Connect ss.streamtype=link: 1",
                "error.type=LocalDestroy ss.outcome=abandoned ss.phase=Local ss.streamtype=link: 1",
                "ss.outcome=connected ss.streamtype=link: 1",
            ],
            meters.SumsOf("ss.attempts"));
        Assert.Equal(
            [
                "error.type=ConnectionRefused ss.outcome=failed ss.phase=Connect ss.streamtype=link: 0.25",
                "error.type=LocalDestroy ss.outcome=abandoned ss.phase=Local ss.streamtype=link: 0",
                "ss.outcome=connected ss.streamtype=link: 0.5",
            ],
            meters.SumsOf("ss.attempt.duration"));
        Assert.Equal(["error.type=ConnectionReset ss.streamtype=link: 7"], meters.SumsOf("ss.connection.duration"));
    }

    [Fact]
    public async Task A_transaction_that_ends_as_it_should_has_no_error()
    {
        using var meters = new MeterProbe().Listen();
        await using var bench = new CoreBench(meters: meters);
        var (stream, handler) = bench.Create("http");
        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        peer.Send("hello"u8.ToArray(), SsRxFlags.StartOfMessage);
        peer.Send(", world"u8.ToArray(), SsRxFlags.EndOfMessage);
        peer.Acknowledge(ack: true, 200);
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        peer.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal(["ss.streamtype=http: 2"], meters.SumsOf("ss.connection.duration"));
        Assert.Equal(["network.io.direction=receive ss.streamtype=http: 12"], meters.SumsOf("ss.payload.io"));
        Assert.Equal(
            [
                "ss.state=Connected ss.streamtype=http: 1",
                "ss.state=Connecting ss.streamtype=http: 1",
                "ss.state=Creating ss.streamtype=http: 1",
                "ss.state=Disconnected ss.streamtype=http: 1",
                "ss.state=QosAckRemote ss.streamtype=http: 1",
            ],
            meters.SumsOf("ss.state.transitions"));
    }

    [Fact]
    public async Task What_is_sent_is_counted_and_what_waits_is_seen()
    {
        using var meters = new MeterProbe().Listen();
        await using var bench = new CoreBench(meters: meters);
        bench.Network.OnAttempt = static peer => peer.Accept();
        var (stream, handler) = bench.Create("link", static h => h.OnTransmitDo(static (SecureStream _, ref SsTransmit tx) =>
        {
            tx.Commit(100, SsTxFlags.StartOfMessage);
            tx.Commit(50, SsTxFlags.EndOfMessage);
            return SsTransmitResult.Send;
        }));
        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.RequestTransmit();

        // Counted when the callback has returned: what comes after it in the mailbox has it behind itself.
        await handler.WaitForAsync(static h => h.Transmits == 1);
        stream.StartTimeout(TimeSpan.FromSeconds(1));
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.Timeout);
        Assert.Equal(["network.io.direction=transmit ss.streamtype=link: 150"], meters.SumsOf("ss.payload.io"));
        Assert.Equal(["ss.streamtype=link: 0"], meters.Read("ss.tx.queued"));
    }

    [Fact]
    public async Task What_the_governor_holds_back_is_timed()
    {
        const string Policy = """
            {
              "governor_rate": 6, "governor_burst": 1,
              "retry": [{ "default": { "backoff": [1000], "conceal": 10, "jitterpc": 0 } }],
              "s": [{ "link": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "retry": "default" } }]
            }
            """;
        using var meters = new MeterProbe().Listen();
        await using var bench = new CoreBench(Policy, meters: meters);
        var (stream, handler) = bench.Create("link");
        stream.Connect();
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));

        // One attempt each ten seconds, and the last was one second ago.
        await bench.PassAsync(TimeSpan.FromSeconds(9));
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.Equal(["ss.streamtype=link: 9"], meters.SumsOf("ss.governor.wait"));
    }

    [Fact]
    public async Task User_states_are_one_value()
    {
        using var meters = new MeterProbe().Listen();
        await using var bench = new CoreBench(meters: meters);
        var (stream, handler) = bench.Create("http");
        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.UserState(1000, 400);
        peer.UserState(1017, 401);
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.Contains("ss.state=User ss.streamtype=http: 2", meters.SumsOf("ss.state.transitions"));
    }

    [Fact]
    public async Task Streams_are_counted_by_type_and_state_whenever_somebody_begins_to_look()
    {
        using var meters = new MeterProbe();
        await using (var bench = new CoreBench(meters: meters))
        {
            bench.Network.OnAttempt = static peer => peer.Accept();
            bench.Create("http");
            var (first, firstHandler) = bench.Create("link");
            var (second, secondHandler) = bench.Create("link");
            first.Connect();
            second.Connect();
            await firstHandler.WaitForStateAsync(SsState.Connected);
            await secondHandler.WaitForStateAsync(SsState.Connected);

            meters.Listen();
            Assert.Equal(["ss.state=Connected ss.streamtype=link: 2", "ss.state=Creating ss.streamtype=http: 1"], meters.Read("ss.streams"));
            Assert.Equal(["ss.streamtype=http: 0", "ss.streamtype=link: 0"], meters.Read("ss.tx.queued"));
            await first.DisposeAsync();
            Assert.Equal(["ss.state=Connected ss.streamtype=link: 1", "ss.state=Creating ss.streamtype=http: 1"], meters.Read("ss.streams"));
        }

        Assert.Empty(meters.Read("ss.streams"));
    }

    [Fact]
    public async Task Contexts_of_one_factory_are_counted_together()
    {
        using var meters = new MeterProbe().Listen();
        await using var here = new CoreBench(meters: meters);
        await using var there = new CoreBench(meters: meters);
        here.Create("link");
        there.Create("link");
        Assert.Equal(["ss.state=Creating ss.streamtype=link: 2"], meters.Read("ss.streams"));
    }

    [Fact]
    public async Task What_a_handler_throws_is_counted_by_callback()
    {
        using var meters = new MeterProbe().Listen();
        var handler = new Throwing();
        await using (var context = SsContext.FromJson(CoreBench.Policy, new SsContextOptions { MeterFactory = meters, Transports = static _ => new LoopTransportFactory() }))
        {
            var stream = context.Create("plain", handler);
            stream.Connect();
            await handler.Failed;
        }

        Assert.Equal(["ss.callback=Connected ss.streamtype=plain: 1"], meters.SumsOf("ss.handler.errors"));
    }

    [Fact]
    public async Task A_step_that_no_stream_may_take_is_counted_as_dropped()
    {
        using var meters = new MeterProbe().Listen();
        await using (var bench = new CoreBench(meters: meters))
        {
            bench.Log.Allow("IllegalStep").Allow("InternalFailure");
            var (stream, handler) = bench.Create("link");
            stream.Connect();
            var peer = await bench.NextAttemptAsync();
            peer.Accept();
            peer.Accept();
            await handler.WaitForStateAsync(SsState.Connected);
        }

        Assert.Equal(["ss.reason=illegal_step ss.streamtype=link: 1"], meters.SumsOf("ss.dropped"));
    }

    [Fact]
    public void Each_phase_that_a_dial_needed_is_recorded_in_seconds()
    {
        using var meters = new MeterProbe().Listen();
        var instruments = SsInstruments.Of(meters);
        instruments.Dialed(new DialTimings(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(30), TimeSpan.FromSeconds(1.5)), unix: false);
        instruments.Dialed(new DialTimings(TimeSpan.Zero, TimeSpan.FromMilliseconds(2), TimeSpan.Zero), unix: true);
        Assert.Equal(
            [
                "network.transport=tcp ss.phase=Connect: 0.03",
                "network.transport=tcp ss.phase=Names: 0.02",
                "network.transport=tcp ss.phase=Tls: 1.5",
                "network.transport=unix ss.phase=Connect: 0.002",
            ],
            meters.SumsOf("ss.dial.phase.duration"));
    }

    [Fact]
    public async Task A_listener_that_throws_disturbs_no_stream()
    {
        using var meters = new MeterProbe();
        await using var bench = new CoreBench(meters: meters);
        var thrown = 0;
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = static (instrument, self) => self.EnableMeasurementEvents(instrument);
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => Throw(instrument));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Throw(instrument));
        listener.Start();
        var (stream, handler) = bench.Create("link");
        stream.Connect();
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.True(Volatile.Read(ref thrown) >= 3, $"{thrown} measurements reached the listener.");
        Assert.Equal("Creating Connecting Connected", handler.Story);

        void Throw(System.Diagnostics.Metrics.Instrument instrument)
        {
            if (instrument.Meter != meters.Create(new System.Diagnostics.Metrics.MeterOptions(SsTelemetry.MeterName)))
                return;
            Interlocked.Increment(ref thrown);
            throw new InvalidOperationException("on purpose");
        }
    }

    private sealed class Throwing : SecureStreamHandler
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Failed => _failed.Task;

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Connected)
                throw new InvalidOperationException("on purpose");
            if (change.State == SsState.Disconnected)
                _failed.TrySetResult();
            return SsResult.Continue;
        }
    }
}
