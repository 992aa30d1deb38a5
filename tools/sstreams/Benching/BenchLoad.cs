using System.Globalization;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Benching;

/// <summary>The streams of a load and its phases.</summary>
internal sealed class BenchLoad : IAsyncDisposable
{
    /// <summary>How long an orderly end may take; then the process just ends.</summary>
    private static readonly TimeSpan CloseBound = TimeSpan.FromSeconds(1);

    /// <summary>How long what is under way may take when a load was stopped.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(5);

    private readonly LocalContext _context;
    private readonly BenchSettings _settings;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly BenchWorker[] _workers;
    private readonly SecureStream[] _streams;
    private BenchPhase? _phase;

    /// <summary>Creates the streams, which begin to connect where connections last.</summary>
    public BenchLoad(BenchSettings settings, BenchPlan plan, PolicyModel model, ISsBlobStore blobs)
    {
        _settings = settings;
        Plan = plan;
        _context = new LocalContext(model, new SsContextOptions { Blobs = blobs });
        _workers = [.. Enumerable.Range(0, settings.Streams).Select(_ => MakeWorker(plan))];
        _streams = [.. _workers.Select(worker => _context.Create(settings.StreamType, worker, new SsStreamOptions { Metadata = settings.Metadata }))];
    }

    public BenchPlan Plan { get; }

    public BenchTroubles Troubles { get; } = new();

    /// <summary>The phase under way, for progress; null before the first.</summary>
    public BenchPhase? Phase => Volatile.Read(ref _phase);

    /// <summary>Connects, warms up and measures.</summary>
    /// <param name="stopped">Completes when it is to end early; its result says why.</param>
    public async Task<BenchFigures> RunAsync(Task<string> stopped)
    {
        var ready = Task.WhenAll(_workers.Select(static worker => worker.Ready));
        var connected = await Task.WhenAny(ready, stopped) == ready && (await ready).Any(static one => one);
        if (connected && _settings.WarmUp > 0)
            connected = await RunPhaseAsync(new BenchPhase(_settings.WarmUp, _workers.Length, isCounted: false), duration: null, stopped);
        var before = BenchClock.Read(_time);
        var (sent, received) = (_workers.Sum(static worker => worker.Sent), _workers.Sum(static worker => worker.Received));
        var counted = new BenchPhase(_settings.Messages, _workers.Length, isCounted: true);
        var done = connected && await RunPhaseAsync(counted, _settings.Duration, stopped);
        var after = BenchClock.Read(_time);

        // Those that have ended do not write any more; whoever has not is left out of it by a moment.
        LatencyRecorder? latencies = null;
        if (Plan.Mode != BenchMode.OneWay)
        {
            latencies = new LatencyRecorder();
            foreach (var worker in _workers)
                latencies.Add(worker.Latencies);
        }

        var operations = counted.Completed;
        return new BenchFigures
        {
            Settings = _settings,
            Plan = Plan,
            EndedBy = stopped.IsCompleted ? await stopped : WhyEarly(connected, done, operations),
            Operations = operations,
            Elapsed = connected ? _time.GetElapsedTime(before.Timestamp, after.Timestamp) : TimeSpan.Zero,
            SentBytes = _workers.Sum(static worker => worker.Sent) - sent,
            ReceivedBytes = _workers.Sum(static worker => worker.Received) - received,
            UserTime = after.User - before.User,
            SystemTime = after.System - before.System,
            AllocatedBytes = after.Allocated - before.Allocated,
            Latencies = latencies,
            Troubles = Troubles.Read(),
            LastFailure = _workers.Any(static worker => worker.HasGivenUp) && _context.Diagnostics.Recent() is [.., var last] ? last.Message : null,
            Reconnects = _workers.Sum(static worker => (long)worker.Reconnects),
            Lost = _workers.Sum(static worker => worker.Lost),
            Refused = _workers.Sum(static worker => worker.Refused),
            IsAnsweredWrongly = _workers.Any(static worker => worker.IsAnsweredWrongly),
        };
    }

    /// <summary>Why not everything was done; null when it was. Streams that stay do the messages of one that gives up; with a duration each is to be at it to the end.</summary>
    private string? WhyEarly(bool connected, bool done, long operations)
    {
        var gaveUp = _workers.Count(static worker => worker.HasGivenUp);
        return !connected ? "no stream was connected"
            : !done ? $"the rest was not answered within {DrainBound.TotalSeconds:0} s"
            : _settings.Messages is { } wanted ? operations == wanted ? null : GaveUp()
            : gaveUp == 0 ? null : GaveUp();

        string GaveUp() => gaveUp == _workers.Length ? "every stream gave up" : string.Create(CultureInfo.InvariantCulture, $"{gaveUp} of {_workers.Length} streams gave up");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _context.DisposeAsync().AsTask().WaitAsync(CloseBound, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // The peer takes too long to say goodbye; the end of the process closes everything.
        }
    }

    private BenchWorker MakeWorker(BenchPlan plan) => plan.Mode switch
    {
        BenchMode.Get => new TransactionWorker(plan, Troubles, _time),
        BenchMode.Echo => new EchoWorker(plan, Troubles, _time),
        _ => new OneWayWorker(plan, Troubles),
    };

    /// <summary>True when every stream has done its part.</summary>
    private async Task<bool> RunPhaseAsync(BenchPhase phase, TimeSpan? duration, Task<string> stopped)
    {
        Volatile.Write(ref _phase, phase);
        foreach (var (worker, stream) in _workers.Zip(_streams))
            worker.Join(stream, phase);
        var time = duration is { } limit ? BenchClock.AtLeastAsync(limit, _time) : phase.Done;
        if (await Task.WhenAny(phase.Done, time, stopped) == phase.Done)
            return true;
        phase.Stop();
        return await Task.WhenAny(phase.Done, Task.Delay(stopped.IsCompleted ? CloseBound : DrainBound, _time)) == phase.Done;
    }
}
