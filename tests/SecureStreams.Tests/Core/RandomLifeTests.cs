using System.Collections.Concurrent;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Core.RandomLife;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>
/// Random lives on one thread: streams of every kind of policy, applications and peers that do anything at any time, inside callbacks and outside. A life that
/// breaks a rule fails with its seed and its whole story. <c>SS_TEST_LONG=1</c> lives many more; <c>SS_TEST_SEED</c> lives one again.
/// </summary>
public sealed class RandomLifeTests
{
    private const int Lives = 3_000;
    private const int LongLives = 200_000;

    private static readonly SsState[] Client =
    [
        SsState.Creating, SsState.Poll, SsState.Connecting, SsState.Connected, SsState.QosAckRemote, SsState.QosNackRemote,
        SsState.Disconnected, SsState.Unreachable, SsState.AllRetriesFailed, SsState.Timeout, SsState.Destroying,
    ];

    [Fact]
    public Task Whatever_happens_the_rules_of_a_streams_life_hold() => Task.Run(
        static async () =>
        {
            // On the pool, where no synchronization context keeps continuations from running inline.
            if (int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var only))
            {
                await LifeWorld.RunAsync(only);
                return;
            }

            var lives = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? LongLives : Lives;
            var seen = new Dictionary<SsState, int>();
            for (var seed = 0; seed < lives; seed++)
            {
                foreach (var state in await LifeWorld.RunAsync(seed))
                    seen[state] = seen.GetValueOrDefault(state) + 1;
            }

            // Lives in which nothing happens would prove nothing.
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", seen.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key} {pair.Value}")));
            foreach (var state in Client)
                Assert.True(seen.GetValueOrDefault(state) > lives / 4, $"{state} came {seen.GetValueOrDefault(state)} times only.");
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public async Task Hammered_by_real_threads_the_rules_hold_and_disposal_ends()
    {
        const int Streams = 200;
        const int Hammers = 4;
        var operations = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 400_000 : 10_000;
        using var log = new TestLog();
        log.Allow("HandlerThrew");
        var peers = new ConcurrentDictionary<SecureStream, LifePeer>();
        var network = new InMemoryNetwork(TimeProvider.System);
        network.OnAttempt = inMemory =>
        {
            var peer = new LifePeer(inMemory, inMemory.Policy.Protocol == WireProtocol.H1);
            peers[(SecureStream)inMemory.Setup.Sink] = peer;
            lock (peer)
            {
                for (var actions = Random.Shared.Next(5); actions > 0; actions--)
                    peer.Act(Random.Shared);
            }
        };
        var context = new LocalContext(LifePolicy.Quick, new SsContextOptions { LoggerFactory = log, Transports = _ => network });
        var streams = new StressStream?[Streams];
        var all = new ConcurrentBag<StressStream>();

        await Task.WhenAll(Enumerable.Range(0, Hammers).Select(seed => Task.Run(() => HammerAsync(new Random(seed)))));
        await context.DisposeAsync().AsTask().OrFail(static () => "Disposing the context does not end.");

        foreach (var stream in all)
        {
            await Task.WhenAll(stream.Disposals).OrFail(stream.Describe);
            stream.AssertCleanAndDestroyed();
        }

        log.AssertClean();
        TestContext.Current.TestOutputHelper?.WriteLine($"{all.Count} streams, {network.Attempts} attempts, {all.Sum(static stream => stream.Events.Count)} callbacks");
        Assert.True(network.Attempts > operations / 20, "Hardly anything happened.");

        async Task HammerAsync(Random random)
        {
            for (var i = 0; i < operations; i++)
            {
                // The streams get their turns too, else they only ever see a flood before their end.
                await Task.Yield();
                var slot = random.Next(Streams);
                if (Volatile.Read(ref streams[slot]) is not { IsGone: false } stream)
                {
                    var type = LifePolicy.Names[random.Next(LifePolicy.Names.Count)];
                    var fresh = new StressStream();
                    all.Add(fresh);
                    if (context.TryCreate(type, fresh, null, out _, out _))
                        Volatile.Write(ref streams[slot], fresh);
                }
                else if (random.Next(2) == 0)
                {
                    stream.Act(random, inside: false);
                }
                else if (peers.TryGetValue(stream.Stream!, out var peer))
                {
                    lock (peer)
                        peer.Act(random);
                }
            }
        }
    }
}
