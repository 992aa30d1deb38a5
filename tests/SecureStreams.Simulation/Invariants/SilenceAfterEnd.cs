using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>When a stream is gone, nothing of it is left: no callback, no timer, no socket.</summary>
internal sealed class SilenceAfterEnd(SimWorld world) : Invariant(world)
{
    public override void Entered(SimActor actor, SimHandler handler, SecureStream stream)
    {
        if (handler.IsOver)
            Violated(actor, "a callback after Destroying");
        else if (handler != actor.Handler)
            Violated(actor, "a callback of a stream that was gone");
    }

    public override void Ended()
    {
        foreach (var actor in World.Actors)
        {
            if (actor.Gone is not { IsCompletedSuccessfully: true } || actor.State != SsState.Destroying)
                Violated(actor, $"its disposal is {actor.Gone?.Status.ToString() ?? "not asked for"}, its last state {actor.State}");
        }

        if (World.Clock.ArmedTimers > 0)
            Violated(null, $"{World.Clock.ArmedTimers} timers are left");
        if (World.Network.Open.Count > 0)
            Violated(World.Network.Open[0].Attempt.Actor, $"{World.Network.Open.Count} sockets are left");
    }
}
