using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Commands;

/// <summary>Many devices that lose the same peer at the same moment. They know nothing of each other, so they are run one after the other and added up.</summary>
internal sealed class FleetRun(int devices, int streams, int seed, int threads)
{
    private const long Minute = 60_000_000;

    /// <summary>How long the peer is gone.</summary>
    public const long OutageLength = 10 * Minute;

    /// <summary>When it goes, for all devices alike.</summary>
    public long Begin { get; } = SimRandom.For(seed, 9).Between(Minute, 3 * Minute);

    public long End => Begin + OutageLength;

    /// <summary>Runs the fleet with or without jitter.</summary>
    public FleetResult Run(bool jitter, CancellationToken cancellationToken)
    {
        var policy = SimPolicy.Fleet(jitter);
        var bySecond = new long[((End + SimTimes.Healing) / 1_000_000) + 60];
        var violations = new List<SimViolation>();
        var done = 0;
        var next = -1;
        var gate = new Lock();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(Work)).ToList();
        workers.ForEach(static worker => worker.Start());
        workers.ForEach(static worker => worker.Join());
        return new FleetResult(done, bySecond, Begin / 1_000_000, End / 1_000_000, violations);

        void Work()
        {
            var own = new long[bySecond.Length];
            while (!cancellationToken.IsCancellationRequested && Interlocked.Increment(ref next) is var device && device < devices)
            {
                var result = SimWorld.Run(new SimOptions
                {
                    Seed = (seed * 1_000_003) + device,
                    Streams = streams,
                    Policy = policy,
                    Chaos = End,
                    Scenario = world => new Outage(world, Begin, End, own),
                });
                lock (gate)
                {
                    done++;
                    if (result.Violation is { } violation)
                        violations.Add(violation);
                }
            }

            lock (gate)
            {
                for (var i = 0; i < own.Length; i++)
                    bySecond[i] += own[i];
            }
        }
    }
}
