using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>Nothing runs beside the simulation: no timer, no socket, no wake-up and no callback is ever touched by another thread.</summary>
internal sealed class OneThread(SimWorld world) : Invariant(world)
{
    public override void Stepped()
    {
        if (World.Clock.Strayed)
            Violated(null, "something ran on another thread than the simulation's");
    }
}
