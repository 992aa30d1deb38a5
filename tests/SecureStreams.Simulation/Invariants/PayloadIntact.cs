using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>What a handler receives is what the peer of this very connection sent: in order, once, whole. The peer checks the other direction itself.</summary>
internal sealed class PayloadIntact(SimWorld world) : Invariant(world)
{
    public override void Received(SimActor actor, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (actor.Attempt is not { Connected: true, Ended: false } attempt)
        {
            Violated(actor, "payload without a connection");
            return;
        }

        if (attempt.Receiving.Take(payload, (flags & SsRxFlags.StartOfMessage) != 0, (flags & SsRxFlags.EndOfMessage) != 0) is { } wrong)
            Violated(actor, $"the handler received {wrong}");
    }
}
