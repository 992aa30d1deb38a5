using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>On a sound network, a stream that has something to do gets it done: a connection that lives, a transaction that ends.</summary>
internal sealed class NeverLost(SimWorld world) : Invariant(world)
{
    public override void Settled()
    {
        foreach (var actor in World.Actors)
        {
            if (!actor.Wants || Now - actor.WantsSince < SimTimes.Healing / 2)
                continue;
            if (actor.Kind.IsTransactional)
                Violated(actor, $"its transaction, asked for {(Now - actor.WantsSince) / 1000} ms ago, has not ended; it is {actor.State}");
            else if (!actor.IsConnected || actor.Attempt is not { Connection: { IsSound: true, Session.IsGreeted: true } })
                Violated(actor, $"it wants a connection and has none that lives; it is {actor.State}");
        }
    }
}
