using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>Retries on the virtual clock: how many, when, and what is told.</summary>
public sealed class ConnectCycleTests
{
    private static readonly int[][] Tables = [[700], [200, 1000, 3000], [1000, 2000, 3000, 5000, 10000]];

    public static TheoryData<string, int, string> Schemes()
    {
        var data = new TheoryData<string, int, string>();
        foreach (var table in Tables)
        {
            foreach (var conceal in new[] { 0, 5, 8, RetryPolicy.Forever })
            {
                foreach (var jitter in new[] { "0", "20", "default" })
                    data.Add(string.Join(',', table), conceal, jitter);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Attempts_come_inside_their_windows_and_AllRetriesFailed_exactly_once_and_last(string table, int conceal, string jitter)
    {
        int[] delays = [.. table.Split(',').Select(int.Parse)];
        var percent = jitter == "default" ? 30 : int.Parse(jitter, null);
        var jitterMember = jitter == "default" ? "" : $", \"jitterpc\": {jitter}";
        await using var bench = new CoreBench($$"""
            { "retry": [{ "r": { "backoff": [{{table}}], "conceal": {{conceal}}{{jitterMember}} } }],
              "s": [{ "x": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "r" } }] }
            """);
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = bench.Create("x");
        var forever = conceal == RetryPolicy.Forever;
        var retries = forever ? 40 : conceal;

        stream.Connect();
        for (var retry = 0; retry < retries; retry++)
        {
            await handler.WaitForStateAsync(SsState.Unreachable, times: retry + 1);
            var timer = await bench.Clock.WaitForArmedAsync(TimeSpan.MaxValue);
            var low = delays[Math.Min(retry, delays.Length - 1)];
            var high = low * (100 + percent) / 100.0;
            Assert.InRange(timer.DueIn.TotalMilliseconds, low, high);

            var cause = handler.CauseOf(SsState.Unreachable);
            Assert.Equal((SsCauseCode.ConnectionRefused, retry + 1, true, SsNextAction.Retry), (cause.Code, cause.Attempt, cause.Concealed, cause.NextAction));
            Assert.Equal(timer.DueIn, cause.NextDelay);

            bench.Clock.Advance(timer.DueIn - TimeSpan.FromTicks(1));
            Assert.Equal(retry + 1, bench.Network.Attempts);
            bench.Clock.Advance(TimeSpan.FromTicks(1));
        }

        await handler.WaitForStateAsync(SsState.Unreachable, times: retries + 1);
        Assert.Equal(retries + 1, bench.Network.Attempts);
        if (forever)
        {
            Assert.DoesNotContain(SsState.AllRetriesFailed, handler.States);
        }
        else
        {
            await handler.WaitForStateAsync(SsState.AllRetriesFailed);
            bench.Clock.AssertNoArmedTimers();
            Assert.Equal(SsState.AllRetriesFailed, handler.States[^1]);
            Assert.Single(handler.States, SsState.AllRetriesFailed);
            var last = handler.CauseOf(SsState.AllRetriesFailed);
            Assert.Equal((SsCauseCode.ConnectionRefused, conceal + 1, false, SsNextAction.Idle), (last.Code, last.Attempt, last.Concealed, last.NextAction));

            // A later Connect() starts afresh: as many attempts again.
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Unreachable, times: retries + 2);
            Assert.Equal(1, handler.CauseOf(SsState.Unreachable).Attempt);
        }

        handler.AssertClean();
    }

    [Fact]
    public async Task Without_a_retry_scheme_the_first_failure_is_the_last()
    {
        await using var bench = new CoreBench();
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = bench.Create("plain");

        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);

        Assert.Equal("Creating Connecting Unreachable AllRetriesFailed", handler.Story);
        Assert.False(handler.CauseOf(SsState.Unreachable).Concealed);
        Assert.Equal(1, bench.Network.Attempts);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_retry_is_announced_by_Poll_and_a_transmit_request_too()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link");

        stream.RequestTransmit();
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected);

        Assert.Equal("Creating Poll Connecting Unreachable Poll Connecting Connected", handler.Story);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_transmit_request_after_AllRetriesFailed_gives_one_more_attempt_and_Connect_starts_over()
    {
        await using var bench = new CoreBench("""
            { "retry": [{ "r": { "backoff": [1000], "conceal": 1, "jitterpc": 0 } }],
              "s": [{ "x": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "r" } }] }
            """);
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = bench.Create("x");

        stream.Connect();
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed, times: 2);
        Assert.Equal(3, bench.Network.Attempts);

        stream.Connect();
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.AllRetriesFailed, times: 3);
        Assert.Equal(5, bench.Network.Attempts);
        handler.AssertClean();
    }

    [Fact]
    public async Task Connect_while_waiting_begins_the_next_attempt_at_once_with_a_fresh_count()
    {
        await using var bench = new CoreBench();
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = bench.Create("link");

        stream.Connect();
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Unreachable, times: 3);

        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(1, handler.CauseOf(SsState.Unreachable).Attempt);
        Assert.DoesNotContain(SsState.AllRetriesFailed, handler.States);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_hint_of_the_peer_is_honoured_when_it_is_longer_than_policy()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("http");

        stream.Connect();
        (await bench.NextAttemptAsync()).Close(new(SsPhase.Peer, SsCauseCode.PeerBusy, "503") { Status = 503, RetryAfter = TimeSpan.FromSeconds(42) });
        await bench.PassAsync(TimeSpan.FromSeconds(42));
        await bench.NextAttemptAsync();

        Assert.Equal(TimeSpan.FromSeconds(42), handler.CauseOf(SsState.Unreachable).NextDelay);
        handler.AssertClean();
    }

    [Fact]
    public async Task What_cannot_succeed_is_not_retried()
    {
        await using var bench = new CoreBench();
        bench.Network.OnAttempt = static peer => peer.Close(new(SsPhase.Policy, SsCauseCode.NotSupported, "No such protocol.") { Permanent = true });
        var (stream, handler) = bench.Create("link");

        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);

        Assert.Equal(1, bench.Network.Attempts);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_chance_of_the_platform_decides_the_jitter()
    {
        await using var bench = new CoreBench(
            """
            { "retry": [{ "r": { "backoff": [1000], "conceal": 5, "jitterpc": 20 } }],
              "s": [{ "x": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "r" } }] }
            """,
            new FixedRandom(0.5));
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, _) = bench.Create("x");

        stream.Connect();
        await bench.PassAsync(TimeSpan.FromMilliseconds(1100));
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromMilliseconds(1100));
    }

    private sealed class FixedRandom(double value) : SsRandom
    {
        public override double NextDouble() => value;
    }
}
