using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>A retry comes when it was announced: never before, unless the application asked, and later only by the governor's turn and by sleep.</summary>
internal sealed class RetryWindow(SimWorld world) : Invariant(world)
{
    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Poll or SsState.Connecting when actor.RetryDue >= 0:
                if (Now < actor.RetryDue && actor.ConnectAskedAt != Now && !actor.MayHurry)
                    Violated(actor, $"the retry came {(actor.RetryDue - Now) / 1000} ms before it was due");
                actor.NoRetry();
                break;
            case SsState.AllRetriesFailed or SsState.Destroying:
                actor.NoRetry();
                break;
            case SsState.Unreachable or SsState.Disconnected when change.Cause.NextAction == SsNextAction.Retry:
                actor.RetryIsDue(Now + SimClock.Microseconds(change.Cause.NextDelay), World.Clock.Slept);

                // An edit that asks for another connection has been made at this moment: the stream begins to wait before it follows it, which ends the wait.
                actor.MayHurry = actor.PlannedAt == Now && actor.Planned is { Impact: >= PolicyImpact.Reconnect };
                break;
        }
    }

    public override void Stepped()
    {
        if (!World.IsQuiet)
            return;
        foreach (var actor in World.Actors)
        {
            if (actor.RetryDue < 0 || Now <= actor.RetryDue + World.Clock.Slept - actor.RetrySlept)
                continue;

            // Asked once, when it becomes overdue: the stream says so itself when it waits for its turn.
            actor.AwaitsGovernor = actor.AwaitsGovernor || actor.Stream!.Explain().Now.StartsWith("waits for its turn", StringComparison.Ordinal);
            if (!actor.AwaitsGovernor || Now > actor.RetryDue + World.GovernorWait + World.Clock.Slept - actor.RetrySlept)
                Violated(actor, $"the retry has not come {(Now - actor.RetryDue) / 1000} ms after it was due");
        }
    }
}
