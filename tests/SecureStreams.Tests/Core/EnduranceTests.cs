using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>What happens once may happen a hundred thousand times: neither stack nor memory grows, and nothing of a caller leaks into callbacks.</summary>
[Collection(AloneCollection.Name)]
public sealed class EnduranceTests
{
    [Theory]
    [InlineData("http")]
    [InlineData("link")]
    public void A_stream_may_live_through_a_hundred_thousand_transactions_or_connections(string streamType)
    {
        var scheduler = new ManualScheduler();
        var network = new InMemoryNetwork(TimeProvider.System);
        network.OnAttempt = peer =>
        {
            peer.Accept();
            if (streamType == "http")
                peer.Acknowledge(true, 200);
            peer.Close(null);
        };

        // Not the bench, whose log keeps every line.
        var platform = new SsPlatform { Scheduler = scheduler, Time = new ManualTimeProvider() };
        var context = SsContext.FromJson(CoreBench.Policy, new SsContextOptions { Platform = platform, Transports = _ => network });
        var handler = new AgainHandler(network, last: 100_000);
        var stream = context.Create(streamType, handler);

        stream.Connect();
        scheduler.RunUntilIdle();

        Assert.Equal(100_000, handler.Connections);
        Assert.InRange(handler.Growth, long.MinValue, 1_000_000);
    }

    [Fact]
    public void Ten_thousand_connects_and_disconnects_inside_one_callback_end_as_the_last_one_says()
    {
        var scheduler = new ManualScheduler();
        var bench = new CoreBench(scheduler: scheduler);
        bench.Network.OnAttempt = static peer => peer.Accept();
        var first = true;
        var (stream, handler) = bench.Create("link", h => h.OnStateDo(SsState.Connected, s =>
        {
            if (!first)
                return;
            first = false;
            for (var i = 0; i < 10_000; i++)
            {
                s.Disconnect();
                s.Connect();
            }
        }));

        stream.Connect();
        scheduler.RunUntilIdle();
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
    }

    [Fact]
    public void Ten_thousand_connects_from_outside_while_waiting_for_a_retry_leave_one_cycle()
    {
        var scheduler = new ManualScheduler();
        var bench = new CoreBench(scheduler: scheduler);
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = bench.Create("link");

        stream.Connect();
        scheduler.RunUntilIdle();
        for (var i = 0; i < 10_000; i++)
            stream.Connect();
        scheduler.RunUntilIdle();

        Assert.Single(bench.Clock.ArmedTimers);
        handler.AssertClean();
    }

    [Fact]
    public async Task Nothing_of_the_callers_context_flows_into_callbacks()
    {
        await using var bench = new CoreBench();
        bench.Network.OnAttempt = static peer => peer.Accept();
        var ambient = new AsyncLocal<string?>();
        var seen = new List<string?>();
        var handler = new RecordingHandler();
        foreach (var state in new[] { SsState.Connecting, SsState.Connected, SsState.Timeout })
            handler.OnStateDo(state, _ => seen.Add(ambient.Value));

        ambient.Value = "the caller's";
        var stream = bench.Context.Create("link", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.StartTimeout(TimeSpan.FromSeconds(1));
        using (ExecutionContext.SuppressFlow())
            stream.StartTimeout(TimeSpan.FromSeconds(2));
        await bench.PassAsync(TimeSpan.FromSeconds(2));
        await handler.WaitForStateAsync(SsState.Timeout);

        Assert.Equal([null, null, null], seen);
    }

    private sealed class AgainHandler(InMemoryNetwork network, int last) : SecureStreamHandler
    {
        private long _before;

        public int Connections { get; private set; }

        public long Growth { get; private set; }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Connected)
            {
                Connections++;

                // The network keeps attempts until somebody takes them.
                Assert.True(network.NextAttemptAsync(default).AsTask().IsCompletedSuccessfully);
            }
            else if (change.State == SsState.Disconnected)
            {
                if (Connections == last / 10)
                    _before = GC.GetTotalMemory(forceFullCollection: true);
                if (Connections < last)
                    stream.Connect();
                else
                    Growth = GC.GetTotalMemory(forceFullCollection: true) - _before;
                if (Connections == last)
                    stream.Disconnect();
            }

            return SsResult.Continue;
        }
    }
}
