using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>Each state follows one that it may follow, and Connected only comes of a peer that welcomed the stream.</summary>
internal sealed class LegalSteps(SimWorld world) : Invariant(world)
{
    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        if (!SsStateTable.IsLegal(actor.State, change.State))
            Violated(actor, $"{change.State} after {actor.State}");
        if (change.State == SsState.Connected && actor.Attempt is not { Connected: true, Ended: false })
            Violated(actor, "Connected without a peer");
    }
}
