using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>A context on one thread and a manual clock: each call runs until nothing is left to do now, so that a test reads as what happens one after the other.</summary>
internal sealed class CoreWorld : IAsyncDisposable
{
    private readonly ManualScheduler _scheduler = new();

    /// <param name="policy">The policy.</param>
    /// <param name="chance">What the random numbers are.</param>
    /// <param name="watch">Tells of changes of the network, which are followed then.</param>
    /// <param name="more">More options.</param>
    public CoreWorld(string policy, double chance = 0, SsNetworkWatch? watch = null, Func<SsContextOptions, SsContextOptions>? more = null)
    {
        Network = new InMemoryNetwork(Clock);
        Network.OnAttempt = peer =>
        {
            Peers.Add(peer);
            Play?.Invoke(peer);
        };
        var options = new SsContextOptions
        {
            Platform = new SsPlatform { Time = Clock, Scheduler = _scheduler, Random = new FixedChance(chance), NetworkWatch = watch ?? SsNetworkWatch.System },
            FollowNetworkChanges = watch is not null,
            LoggerFactory = Log,
            Transports = _ => Network,
        };
        Context = SsContext.FromJson(policy, more is null ? options : more(options));
    }

    public ManualTimeProvider Clock { get; } = new();

    public InMemoryNetwork Network { get; }

    public TestLog Log { get; } = new();

    public LocalContext Context { get; }

    /// <summary>The attempts so far, in order.</summary>
    public List<InMemoryPeer> Peers { get; } = [];

    /// <summary>What the other side does with an attempt; nothing when null.</summary>
    public Action<InMemoryPeer>? Play { get; set; }

    public (SecureStream Stream, RecordingHandler Handler) Create(string streamType, SsStreamOptions? options = null)
    {
        var handler = new RecordingHandler();
        var stream = Context.Create(streamType, handler, options);
        Run();
        return (stream, handler);
    }

    /// <summary>Does everything that is due now.</summary>
    public void Run() => _scheduler.RunUntilIdle();

    public void Do(Action action)
    {
        action();
        Run();
    }

    /// <summary>Lets time pass, in the steps in which something is due.</summary>
    public void Pass(TimeSpan time)
    {
        var end = Clock.Elapsed + time;
        while (true)
        {
            Run();
            var left = end - Clock.Elapsed;
            var due = Clock.ArmedTimers.Select(static timer => timer.DueIn).Where(due => due <= left).ToList();
            if (due.Count == 0)
            {
                Clock.Advance(left);
                return;
            }

            Clock.Advance(due.Min());
        }
    }

    public void PassSeconds(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        var disposal = Context.DisposeAsync().AsTask();
        Run();
        await disposal.OrFail(static () => "Disposing the context does not end.");
        Clock.AssertNoArmedTimers();
        Log.AssertClean();
        Log.Dispose();
    }

    private sealed class FixedChance(double chance) : SsRandom
    {
        public override double NextDouble() => chance;
    }
}
