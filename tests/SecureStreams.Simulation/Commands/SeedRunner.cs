using System.Diagnostics;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Commands;

/// <summary>Runs many seeds, one thread for each core, a seed always on one thread; adds up what came of them.</summary>
internal sealed class SeedRunner(SimOptions options, int first, int count, int threads)
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _next;
    private bool _enough;

    /// <summary>Called now and then with what has been done so far; under a lock, on any thread.</summary>
    public Action<SeedTotals>? Progress { get; init; }

    /// <summary>How often <see cref="Progress"/> is called.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the first violation ends it; else all seeds are run.</summary>
    public bool StopsAtViolation { get; init; }

    public SeedTotals Run(CancellationToken cancellationToken)
    {
        var totals = new SeedTotals();
        var reported = TimeSpan.Zero;

        // Threads of its own: a seed blocks its thread for all its life, and nothing of it may depend on the thread pool.
        var workers = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            workers[i] = new Thread(Work) { Name = $"seeds {i}" };
            workers[i].Start();
        }

        foreach (var worker in workers)
            worker.Join();
        totals.Elapsed = _watch.Elapsed;
        return totals;

        void Work()
        {
            while (!cancellationToken.IsCancellationRequested && !Volatile.Read(ref _enough))
            {
                var seed = first + Interlocked.Increment(ref _next) - 1;
                if (seed >= first + count)
                    return;
                var result = SimWorld.Run(options with { Seed = seed });
                lock (_lock)
                {
                    totals.Add(result, options.Streams);
                    totals.Elapsed = _watch.Elapsed;
                    if (result.Violation is not null && StopsAtViolation)
                        Volatile.Write(ref _enough, true);
                    if (Progress is null || _watch.Elapsed - reported < Interval)
                        continue;
                    reported = _watch.Elapsed;
                    Progress(totals);
                }
            }
        }
    }
}
