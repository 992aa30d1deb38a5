using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Faults;

/// <summary>The one peer of a fleet is gone for a while: every connection is reset, and nobody listens. Counts the attempts by the second.</summary>
internal sealed class Outage(SimWorld world, long begin, long end, long[] attemptsBySecond) : IScenario, ISimEvent
{
    public void Start() => world.Clock.Schedule(begin, this, 0);

    public void AttemptSeen()
    {
        var second = world.Clock.Now / 1_000_000;
        if (second < attemptsBySecond.Length)
            attemptsBySecond[second]++;
    }

    public void Finish()
    {
        // The invariants have seen all there is to see.
    }

    public bool Fire(int argument)
    {
        world.Trace.Add(TraceKind.Fault, -1, (int)FaultKind.PeerRestart, (end - begin) / 1000);
        world.Servers[0].Path.Set(FaultKind.PeerRestart, end);
        foreach (var connection in world.Network.Open.ToList())
            connection.Reset(FaultKind.PeerRestart);
        return true;
    }
}
