using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Server.Tests.Live;

/// <summary>A stream that is up is moved from one real server to another and back under load: everything that was sent arrives once, in order.</summary>
public sealed class MoveTests(ITestOutputHelper output)
{
    private static readonly int Moves = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 200 : 20;

    [Theory]
    [InlineData("ws", "1.1")]
    [InlineData("ws", "2")]
    public async Task Nothing_that_was_sent_is_lost_or_comes_twice(string protocol, string version)
    {
        await using var bench = new ServerBench($$"""
            "one": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1" }, "two": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1" }
            """);
        ConcurrentQueue<int>[] ledgers = [new(), new()];
        await using var one = bench.Context.CreateListener("one", _ => new LedgerHandler(ledgers[0]));
        await using var two = bench.Context.CreateListener("two", _ => new LedgerHandler(ledgers[1]));
        int[] ports = [ServerBench.PortOf(one), ServerBench.PortOf(two)];
        await using var context = SsContext.FromJson($$"""
            { "retry": [{ "r": { "backoff": [100], "conceal": 65535 } }], "governor_rate": 60000, "governor_burst": 1000,
              "s": [{ "feed": { "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "port": {{ports[0]}}, "ws_subprotocol": "", "ws_binary": true, "ws_http_version": "{{version}}", "nailed_up": true, "retry": "r" } }] }
            """, new SsContextOptions { LoggerFactory = bench.Log });
        var states = new ConcurrentQueue<SsStateChange>();
        await using var stream = context.Create("feed", new StateLog(states));

        // As any sender who is answered has one: so much is under way at most.
        using var window = new SemaphoreSlim(32);
        using var stop = new CancellationTokenSource();
        var answered = new ConcurrentQueue<int>();
        var longest = TimeSpan.Zero;
        var sent = 0;
        var reading = ReadAsync();
        var sending = SendAsync();
        await Poll.UntilAsync(() => answered.Count > 50, () => $"It does not begin: {stream.Explain()}");
        for (var move = 1; move <= Moves; move++)
        {
            var before = answered.Count;
            var update = context.ApplyOverlay($$"""{ "s": [{ "feed": { "port": {{ports[move % 2]}} } }] }""", "where");
            Assert.True(Assert.Single(update.Effects).Action == SsPolicyAction.Replace, $"Move {move}: {update.Effects[0]}. {stream.Explain()}");
            await Poll.UntilAsync(() => states.Count(static one => one.State == SsState.Connected) == move + 1 && answered.Count > before + 50, () => $"Move {move} does not end: {stream.Explain()}");
        }

        await stop.CancelAsync();
        await sending;
        await Poll.UntilAsync(() => answered.Count >= Volatile.Read(ref sent), () => $"{ledgers[0].Count} + {ledgers[1].Count} of {sent} arrived, {answered.Count} were answered.");
        await stream.DisposeAsync();
        await reading.OrFail(static () => "Reading does not end.");

        Assert.Equal(Enumerable.Range(0, sent), ledgers[0].Concat(ledgers[1]).Order());
        Assert.All(ledgers, static ledger => Assert.Equal(ledger.Order(), ledger));
        Assert.Equal(Enumerable.Range(0, sent), answered);
        Assert.Equal(Moves, states.Count(static one => one.State == SsState.Disconnected && one.Cause.Code == SsCauseCode.PolicyChanged));
        Assert.Equal(Moves, states.Count(static one => one.State == SsState.Disconnected && one.Cause.Code != SsCauseCode.LocalDestroy));
        Assert.DoesNotContain(states, static one => one.State is SsState.Unreachable or SsState.AllRetriesFailed);
        output.WriteLine($"{protocol} {version}: {Moves} moves, {sent} messages sent, all arrived once, and so did all answers, in order; longest time without an answer {longest.TotalMilliseconds:0.0} ms");

        async Task SendAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await window.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (stop.IsCancellationRequested)
                    return;
                var payload = new byte[sizeof(int)];
                BinaryPrimitives.WriteInt32BigEndian(payload, sent);
                await stream.SendAsync(payload, CancellationToken.None);
                Interlocked.Increment(ref sent);
            }
        }

        async Task ReadAsync()
        {
            var last = Stopwatch.GetTimestamp();
            await foreach (var message in stream.ReadMessagesAsync(new SsReadOptions { OnAllRetriesFailed = SsLossBehavior.End }, CancellationToken.None))
            {
                window.Release();
                answered.Enqueue(BinaryPrimitives.ReadInt32BigEndian(message.Payload.Span));
                var now = Stopwatch.GetTimestamp();
                var gap = Stopwatch.GetElapsedTime(last, now);
                if (answered.Count > 1 && gap > longest)
                    longest = gap;
                last = now;
            }
        }
    }

    private sealed class StateLog(ConcurrentQueue<SsStateChange> states) : SecureStreamHandler
    {
        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            states.Enqueue(change);
            return SsResult.Continue;
        }
    }
}
