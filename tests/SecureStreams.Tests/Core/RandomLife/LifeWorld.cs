using System.Globalization;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Core.RandomLife;

/// <summary>Several streams of one context, their peers, the clock and the scheduler, all driven at random by one seed on one thread.</summary>
internal sealed class LifeWorld
{
    private const int Steps = 80;

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryNetwork _network;
    private readonly List<LifeStream> _streams = [];
    private readonly List<string> _story = [];
    private readonly TestLog _log = new();
    private readonly SeededScheduler _scheduler;
    private readonly LocalContext _context;

    public LifeWorld(int seed)
    {
        Random = new Random(seed);
        _network = new InMemoryNetwork(_clock);
        _scheduler = new SeededScheduler(Random);
        _context = new LocalContext(LifePolicy.Slow, new SsContextOptions
        {
            Platform = new SsPlatform { Time = _clock, Scheduler = _scheduler, Random = new Chance(Random) },
            LoggerFactory = _log,
            Transports = _ => _network,
        });
        _network.OnAttempt = Attempted;
    }

    public Random Random { get; }

    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Lives the life of <paramref name="seed"/>; fails with all that happened in it.</summary>
    /// <returns>Every state delivered in it.</returns>
    public static async Task<IReadOnlyList<SsState>> RunAsync(int seed)
    {
        var world = new LifeWorld(seed);
        try
        {
            await world.LiveAsync();
            return [.. world._streams.SelectMany(static stream => stream.States)];
        }
        catch (Exception error)
        {
            throw new CheckFailedException($"Seed {seed}: {error.Message}\n{string.Join('\n', world._story)}", error);
        }
        finally
        {
            world._log.Dispose();
        }
    }

    public void Tell(string text) => _story.Add(text);

    public string ActOnAnother(LifeStream not)
    {
        var other = _streams[Random.Next(_streams.Count)];
        return other == not || other.Stream is null ? "nothing" : $"#{other.Stream.Id} {other.Act(Random, inside: false)}";
    }

    private async Task LiveAsync()
    {
        // A subscriber is called on the mailboxes of the streams, not inside a callback: what it asks for is carried out afterwards.
        if (Random.Next(4) == 0)
            _context.Diagnostics.Subscribe(Observe);
        Create();
        for (var step = 0; step < Steps; step++)
        {
            Step();
            if (Random.Next(3) > 0)
                Rest();
        }

        Rest();
        await EndAsync();
    }

    private void Step()
    {
        var what = Random.Next(100);
        var stream = _streams.Count == 0 ? null : _streams[Random.Next(_streams.Count)];
        if (stream is null || (what < 6 && _streams.Count < 4))
        {
            Create();
        }
        else if (what < 35)
        {
            Tell($"#{stream.Stream!.Id} {stream.Act(Random, inside: false)}");
        }
        else if (what < 75 && stream.Peers.Count > 0)
        {
            // Mostly the last one; one that is over must not be heard any more.
            var peer = stream.Peers[Random.Next(8) == 0 ? Random.Next(stream.Peers.Count) : ^1];
            Tell($"peer of #{stream.Stream!.Id} {peer.Act(Random)}");
        }
        else if (what < 90)
        {
            if (_clock.ArmedTimers.Count > 0 && Random.Next(4) > 0)
                Tell($"clock advances by {_clock.AdvanceToNextTimer()}");
            else
                Advance(TimeSpan.FromMilliseconds(Random.Next(3000)));
        }
        else
        {
            Tell(_scheduler.RunOne() ? "a mailbox runs" : "nothing to run");
        }
    }

    private void Advance(TimeSpan by)
    {
        Tell($"clock advances by {by}");
        _clock.Advance(by);
    }

    private void Create()
    {
        var type = LifePolicy.Names[Random.Next(LifePolicy.Names.Count)];
        var stream = new LifeStream(this, type);
        _streams.Add(stream);
        Tell($"creates {type}");
        try
        {
            _context.Create(type, stream);
        }
        catch (SsCreationRefusedException)
        {
            Tell("   refused");
        }

        if (stream.IsGone)
            _streams.Remove(stream);
    }

    private void Attempted(InMemoryPeer inMemory)
    {
        var stream = _streams.Find(one => ReferenceEquals(one.Stream, inMemory.Setup.Sink))!;
        var peer = new LifePeer(inMemory, stream.IsTransactional);
        stream.Attempt(peer);
        Tell($"   attempt {stream.Peers.Count} of #{stream.Stream!.Id}");
        for (var actions = Random.Next(7); actions > 0; actions--)
            Tell($"   peer of #{stream.Stream!.Id} at once {peer.Act(Random)}");
    }

    private void Observe(SsDetail detail)
    {
        if (Random.Next(15) != 0)
            return;
        var stream = _streams.Find(one => one.Stream?.Id == detail.StreamId)!;
        Tell($"   subscriber: #{detail.StreamId} {stream.Act(Random, inside: false)}");
    }

    /// <summary>Lets everything run that can run at this moment, and checks.</summary>
    private void Rest()
    {
        _scheduler.RunUntilIdle();
        foreach (var stream in _streams)
            stream.AssertAtRest(Now);

        // Retries are armed exactly for those that promised one, each at its time. What else is armed are timers of applications, one a stream at most.
        var retries = _clock.ArmedTimers.Where(static timer => !timer.Owner.Contains("StreamTimer", StringComparison.Ordinal)).Select(static timer => timer.DueIn).Order();
        var promised = _streams.Select(static stream => stream.WaitsUntil).OfType<TimeSpan>().Select(due => due - Now).Order();
        Check(retries.SequenceEqual(promised), $"Armed are retries in {string.Join(", ", retries)}; promised in {string.Join(", ", promised)}.");
        Check(_clock.ArmedTimers.Count - retries.Count() <= _streams.Count(static stream => !stream.IsGone), "More timers than streams.");
    }

    private async Task EndAsync()
    {
        var first = _context.DisposeAsync().AsTask();
        var second = _context.DisposeAsync().AsTask();
        for (var i = Random.Next(3); i > 0; i--)
            StepBeside();
        _scheduler.RunUntilIdle();
        await first.OrFail(static () => "Disposing the context does not end.");
        await second.OrFail(static () => "Disposing the context again does not end.");
        var events = _streams.ConvertAll(static stream => stream.Events.Count);

        // Dead things are poked: nothing may come of it.
        foreach (var stream in _streams)
        {
            foreach (var disposal in stream.Disposals)
                await disposal.OrFail(static () => "A disposal of a stream does not end.");
            await stream.Stream!.DisposeAsync();
            foreach (var peer in stream.Peers)
            {
                Check(peer.Peer.Ended.IsCompletedSuccessfully, "A transport has not ended.");
                peer.Peer.Accept();
                peer.Peer.Close(null);
            }
        }

        _clock.Advance(TimeSpan.FromDays(2));
        _scheduler.RunUntilIdle();
        Rest();
        _clock.AssertNoArmedTimers();
        _clock.AssertNoOpenTimers();
        Check(events.SequenceEqual(_streams.Select(static stream => stream.Events.Count)), "A callback came after the disposal.");
        foreach (var stream in _streams)
            stream.AssertCleanAndDestroyed();
        var error = _log.Entries.FirstOrDefault(static entry => entry.Level >= LogLevel.Error && entry.Id.Name != "HandlerThrew");
        Check(error is null, $"Logged: {error}");
    }

    /// <summary>Something that happens beside the disposal; no new streams.</summary>
    private void StepBeside()
    {
        var stream = _streams.Count == 0 ? null : _streams[Random.Next(_streams.Count)];
        if (stream?.Stream is null)
            return;
        if (stream.Peers.Count > 0 && Random.Next(2) == 0)
            Tell($"beside the disposal: peer of #{stream.Stream.Id} {stream.Peers[^1].Act(Random)}");
        else
            Tell($"beside the disposal: #{stream.Stream.Id} {stream.Act(Random, inside: false)}");
    }

    private static void Check(bool holds, string text)
    {
        if (!holds)
            throw new InvalidOperationException(text);
    }

    private sealed class Chance(Random random) : SsRandom
    {
        public override double NextDouble() => random.NextDouble();
    }
}
