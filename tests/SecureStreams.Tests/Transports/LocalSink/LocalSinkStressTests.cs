using System.Collections.Concurrent;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>Both ends on real threads. Nothing is lost, reordered, doubled or changed on a connection, and everything comes to its end.</summary>
public sealed class LocalSinkStressTests
{
    private const string Policy = """
        {
          "governor_rate": 60000, "governor_burst": 10000, "governor_in_flight": 10000,
          "retry": [{ "quick": { "backoff": [1], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{
            "wide": { "local_sink": true, "retry": "quick" },
            "tight": { "local_sink": true, "retry": "quick", "rx_watermark_high": 3000, "rx_watermark_low": 1000, "tx_watermark_high": 9000 }
          }]
        }
        """;

    [Theory]
    [InlineData("wide", 100)]
    [InlineData("wide", 50_000)]
    [InlineData("tight", 100)]
    [InlineData("tight", 20_000)]
    public async Task A_thousand_messages_both_ways_with_pauses_arrive_whole_and_in_order(string streamType, int largest)
    {
        const int Messages = 1_000;
        const int Pairs = 4;
        using var log = new TestLog();
        await using var context = SsContext.FromJson(Policy, new SsContextOptions { LoggerFactory = log });
        var ends = new ConcurrentBag<NumberedEnd>();
        var seed = 0;
        await using var listener = context.CreateListener(streamType, _ => Add());
        for (var i = 0; i < Pairs; i++)
            context.Create(streamType, Add()).Connect();

        while (ends.Count < 2 * Pairs)
            await Task.Yield();
        foreach (var end in ends)
            await end.WaitForAsync(_ => end.HasSentAll && end.MessagesReceived == Messages, what: "all messages");
        await context.DisposeAsync().AsTask().OrFail(static () => "Disposing the context does not end.");
        Assert.All(ends, static end => end.AssertCleanAndDestroyed());
        log.AssertClean();

        NumberedEnd Add()
        {
            var end = new NumberedEnd(Interlocked.Increment(ref seed), Messages, largest, mayEnd: false) { KeepPayload = false };
            ends.Add(end);
            return end;
        }
    }

    [Theory]
    [InlineData("wide", 1)]
    [InlineData("tight", 2)]
    public async Task Disposed_at_any_moment_by_anyone_every_end_is_told_and_nothing_hangs(string streamType, int seed)
    {
        const int Rounds = 60;
        const int Pairs = 6;
        using var log = new TestLog();
        var random = new Random(seed);
        var threads = new Random(seed + 1_000); // Asked by several threads.
        var ends = new ConcurrentBag<NumberedEnd>();
        var connections = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var context = SsContext.FromJson(Policy, new SsContextOptions { LoggerFactory = log });
            var listener = context.CreateListener(streamType, Accept);
            var sources = Enumerable.Range(0, Pairs).Select(_ => context.Create(streamType, Add())).ToList();
            foreach (var source in sources)
                source.Connect();

            // Far fewer than it takes to send all: everything below meets traffic.
            var until = random.Next(5_000);
            for (var i = 0; i < until; i++)
                await Task.Yield();
            var endings = new List<Task>();
            foreach (var what in Enumerable.Range(0, 8).OrderBy(_ => random.Next()))
            {
                endings.Add(what switch
                {
                    0 => listener.DisposeAsync().AsTask(),
                    1 => context.DisposeAsync().AsTask(),
                    _ => sources[what - 2].DisposeAsync().AsTask(),
                });
                for (var i = random.Next(20); i > 0; i--)
                    await Task.Yield();
            }

            await Task.WhenAll(endings).OrFail(() => $"Round {round}: not everything ends.\n{string.Join('\n', ends.Select(static end => end.Describe()))}");
            foreach (var end in ends)
            {
                // One that was made for a source that had gone meanwhile, or for nobody any more, was told nothing.
                if (end.Events.Count > 0)
                    end.AssertCleanAndDestroyed();
                connections += end.States.Count(static state => state == SsState.Connected);
            }

            ends.Clear();
        }

        log.AssertClean();
        TestContext.Current.TestOutputHelper?.WriteLine($"{connections} connections");
        Assert.True(connections > Rounds, "Hardly anything connected.");

        SecureStreamHandler? Accept(SecureStream stream) => Hits(30) ? null : Add();

        NumberedEnd Add()
        {
            var end = new NumberedEnd(Draw(), 1_000, 20_000, mayEnd: true) { KeepPayload = false };
            ends.Add(end);
            return end;
        }

        bool Hits(int oneIn)
        {
            lock (threads)
                return threads.Next(oneIn) == 0;
        }

        int Draw()
        {
            lock (threads)
                return threads.Next();
        }
    }
}
