using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>What the peer acknowledged or refused is told once, in order, of this connection, and only of what was sent.</summary>
internal sealed class AcknowledgedOnce(SimWorld world) : Invariant(world)
{
    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        if (change.State is not (SsState.QosAckRemote or SsState.QosNackRemote))
            return;
        if (actor.Attempt is not { Connected: true, Ended: false } attempt)
        {
            Violated(actor, $"{change.State} without a connection");
        }
        else if (actor.Kind.IsTransactional)
        {
            if (attempt.Acknowledged > 0)
                Violated(actor, $"the request of attempt {attempt.Id} was answered twice");
        }
        else if (!attempt.Acknowledges)
        {
            Violated(actor, $"{change.State} of a protocol that acknowledges nothing");
        }
        else if (change.Message != attempt.Acknowledged || change.Message >= attempt.Sending.Message)
        {
            Violated(actor, $"{change.State} of message {change.Message}, when message {attempt.Acknowledged} was the next and {attempt.Sending.Message} had been sent");
        }
    }
}
