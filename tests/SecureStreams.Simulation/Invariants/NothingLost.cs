using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Invariants;

/// <summary>
/// A connection that ends for another under the policy in force ends in order: what its peer still had to say and to acknowledge has been delivered. The peer itself checks that all that
/// was sent has reached it. Only faults of this very connection excuse it.
/// </summary>
internal sealed class NothingLost(SimWorld world) : Invariant(world)
{
    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        if (change is not { State: SsState.Disconnected, Cause.Code: SsCauseCode.PolicyChanged } || actor.Attempt is not { Finishes: true, Connection.Session: { } peer } attempt)
            return;
        if (!attempt.FinishAnswered)
        {
            if (attempt is { Faults: FaultKind.None, FinishCut: false } && !actor.Paused)
                Violated(actor, $"the connection of attempt {attempt.Id} was cut before its peer had answered its end");
            return;
        }

        if (attempt.Receiving.Position != peer.Sending.Position)
            Violated(actor, $"the connection of attempt {attempt.Id} ended in order, its peer had sent up to {peer.Sending}, and the handler received up to {attempt.Receiving}");
        if (attempt.Acknowledges && attempt.Acknowledged != attempt.Sending.Message)
            Violated(actor, $"the connection of attempt {attempt.Id} ended in order after {attempt.Sending.Message} messages, of which {attempt.Acknowledged} were told as acknowledged");
    }
}
