using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Core.RandomLife;
using Xunit;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>
/// Random lives of sources and sinks on one thread, in an order that a seed picks: pauses, ends, refusals, listeners that come and go, time. Whatever happens, what one end
/// receives is what the other sent; and once all rests, nothing is missing. <c>SS_TEST_SEED</c> lives one again.
/// </summary>
public sealed class LocalSinkLifeTests
{
    private const int Lives = 1_000;
    private const int Messages = 30;

    private const string Policy = """
        {
          "governor_rate": 60000, "governor_burst": 10000, "governor_in_flight": 10000,
          "retry": [{ "slow": { "backoff": [100, 200], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{ "tight": { "local_sink": true, "retry": "slow", "rx_watermark_high": 6000, "rx_watermark_low": 1000 } }]
        }
        """;

    [Fact]
    public async Task Whatever_happens_what_one_end_receives_is_what_the_other_sent()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var only))
        {
            await LiveAsync(only);
            return;
        }

        var (connections, whole, refused) = (0, 0, 0);
        for (var seed = 0; seed < Lives; seed++)
        {
            var life = await LiveAsync(seed);
            (connections, whole, refused) = (connections + life.Connections, whole + life.Whole, refused + life.Refused);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{connections} connections, {whole} ends that got all, {refused} sources refused or without a sink");
        Assert.True(connections > Lives && whole > Lives && refused > Lives / 4, "Lives in which nothing happens prove nothing.");
    }

    private static async Task<(int Connections, int Whole, int Refused)> LiveAsync(int seed)
    {
        var random = new Random(seed);
        var clock = new ManualTimeProvider();
        var scheduler = new SeededScheduler(random);
        using var log = new TestLog();
        var context = SsContext.FromJson(Policy, new SsContextOptions { LoggerFactory = log, Platform = new SsPlatform { Time = clock, Scheduler = scheduler } });
        var ends = new List<NumberedEnd>();
        var sources = new List<SecureStream>();
        var paused = new List<SecureStream>();
        SsListener? listener = null;
        try
        {
            for (var step = 0; step < 60; step++)
            {
                Step();
                for (var turns = random.Next(12); turns > 0 && scheduler.RunOne(); turns--)
                {
                }
            }

            Rest();
            var whole = 0;
            foreach (var end in ends.Where(static end => end.Stream?.State == SsState.Connected))
            {
                Assert.True(end.HasSentAll, "At rest, an end that is connected has not sent all.");
                Assert.Equal(Messages, end.MessagesReceived);
                whole++;
            }

            var ended = context.DisposeAsync().AsTask();
            scheduler.RunUntilIdle();
            await ended.OrFail(static () => "Disposing the context does not end.");
            foreach (var end in ends.Where(static end => end.Events.Count > 0))
                end.AssertCleanAndDestroyed();
            clock.AssertNoArmedTimers();
            log.AssertClean();
            return (ends.Sum(static end => end.States.Count(static state => state == SsState.Connected)), whole, ends.Sum(static end => end.States.Count(static state => state == SsState.Unreachable)));
        }
        catch (Exception error)
        {
            throw new CheckFailedException($"Seed {seed}: {error.Message}\n{string.Join('\n', ends.Select(static end => end.Describe()))}", error);
        }

        void Step()
        {
            switch (random.Next(20))
            {
                case < 2 when listener is null:
                    listener = context.CreateListener("tight", _ => random.Next(10) == 0 ? null : Add());
                    break;
                case 2 when listener is not null && random.Next(4) == 0:
                    _ = listener.DisposeAsync().AsTask();
                    listener = null;
                    break;
                case < 6 when sources.Count < 4:
                    sources.Add(context.Create("tight", Add()));
                    sources[^1].Connect();
                    break;
                case < 8 when sources.Count > 0:
                    var one = random.Next(sources.Count);
                    _ = sources[one].DisposeAsync().AsTask();
                    sources.RemoveAt(one);
                    break;
                case < 10 when sources.Count > 0 && sources[random.Next(sources.Count)] is { State: not SsState.Destroying } source:
                    source.Connect();
                    break;
                case < 14:
                    Resume();
                    break;
                case < 17:
                    clock.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
                    break;
            }
        }

        void Resume()
        {
            foreach (var stream in paused)
                NumberedEnd.Resume(stream);
            paused.Clear();
        }

        // What paused goes on until nothing pauses any more; time stands still, so that nothing connects anew.
        void Rest()
        {
            do
            {
                Resume();
                scheduler.RunUntilIdle();
            }
            while (paused.Count > 0);
        }

        NumberedEnd Add()
        {
            var end = new NumberedEnd(random.Next(), Messages, 9_000, mayEnd: true, paused.Add) { KeepPayload = false };
            ends.Add(end);
            return end;
        }
    }
}
