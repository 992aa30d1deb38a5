using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>When edits and faults are over, every stream has a connection that lives, under the newest policy; every request is made under it.</summary>
internal sealed class NewestPolicy(SimWorld world) : Invariant(world)
{
    public override void Settled()
    {
        if (World.Editor is null)
            return;
        foreach (var actor in World.Actors)
        {
            var newest = World.Context.Policy.StreamTypes.GetValueOrDefault(actor.Kind.Name);
            if (newest is null)
                Violated(actor, "its streamtype has not come back");
            else if (actor.Attempt is not { } attempt)
                Violated(actor, $"it has not even tried to connect; it is {actor.State}");
            else if (!attempt.Policy.Equals(newest))
                Violated(actor, $"attempt {attempt.Id} was made under an older policy; {actor.Stream!.Explain().Now}");
            else if (!actor.Kind.IsTransactional && (!actor.IsConnected || attempt is not { Ended: false, Connection: { IsSound: true, Session.IsGreeted: true } }))
                Violated(actor, $"it has no connection that lives; it is {actor.State}, {actor.Stream!.Explain().Now}");
        }
    }
}
