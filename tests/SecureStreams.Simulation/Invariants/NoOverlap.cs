using SecureStreams.Core;
using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>Callbacks of one stream come one after the other, and only from inside its mailbox.</summary>
internal sealed class NoOverlap(SimWorld world) : Invariant(world)
{
    public override void Entered(SimActor actor, SimHandler handler, SecureStream stream)
    {
        if (actor.Depth > 0)
            Violated(actor, "a callback began inside another");
        if (!((LocalStream)stream).Mailbox.IsCurrent)
            Violated(actor, "a callback came from outside the mailbox");
    }
}
