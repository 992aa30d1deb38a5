using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Invariants;

/// <summary>Each failure names what was done: a fault that touched this very attempt, or what the application itself did in this very moment.</summary>
internal sealed class CauseNamed(SimWorld world) : Invariant(world)
{
    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        if (change.State is not (SsState.Unreachable or SsState.Disconnected or SsState.AllRetriesFailed or SsState.Destroying))
            return;
        var cause = change.Cause;
        if (!IsExplained(actor, cause))
            Violated(actor, $"{change.State} because of {cause.Phase}/{cause.Code}, and what happened was {actor.Attempt?.Faults.ToString() ?? "nothing"}");
    }

    private bool IsExplained(SimActor actor, SsCause cause) => (cause.Phase, cause.Code) switch
    {
        (SsPhase.Protocol, SsCauseCode.Completed) => true,
        (SsPhase.Local, SsCauseCode.LocalDisconnect) => actor.AskedAt == Now,
        (SsPhase.Local, SsCauseCode.LocalDestroy) => actor.AskedAt == Now || actor.ThrewAt == Now || World.Phase == SimPhase.Over,
        (SsPhase.Local, SsCauseCode.HandlerException) => actor.ThrewAt == Now,

        // Whether the edits of the policy said so is judged by PlanKept.
        (SsPhase.Update, SsCauseCode.PolicyChanged or SsCauseCode.StreamTypeRemoved) => World.Editor is not null,
        _ => actor.Attempt is { } attempt && (FaultCauses.Explaining(cause.Phase, cause.Code) & attempt.Faults) != FaultKind.None,
    };
}
