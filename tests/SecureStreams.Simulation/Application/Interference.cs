using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Application;

/// <summary>A call from outside, run by the scheduler among the mailboxes that are ready: before some of what happens at this moment and after the rest.</summary>
internal sealed class Interference(SimWorld world, SimActor actor) : IThreadPoolWorkItem
{
    public void Execute() => world.Application.Interfere(actor);
}
