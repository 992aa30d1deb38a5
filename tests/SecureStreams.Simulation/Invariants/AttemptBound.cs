using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>Every attempt ends within its bound: connected, failed or given up.</summary>
internal sealed class AttemptBound(SimWorld world) : Invariant(world)
{
    public override void Stepped()
    {
        if (!World.IsQuiet)
            return;
        foreach (var actor in World.Actors)
        {
            Check(actor, actor.Attempt);
            Check(actor, actor.Next);
        }
    }

    private void Check(SimActor actor, SimAttempt? attempt)
    {
        if (attempt is { Connected: false, Ended: false } && Now > attempt.StartedAt + SimClock.Microseconds(attempt.Policy.ConnectTimeout) + World.Clock.Slept - attempt.SleptBefore)
            Violated(actor, $"attempt {attempt.Id} goes on after {(Now - attempt.StartedAt) / 1000} ms");
    }
}
