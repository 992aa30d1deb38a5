using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>Delays are not all what the table says: devices that failed together must not come back together. And none is shorter than the table or longer than it allows.</summary>
internal sealed class JitterExists(SimWorld world) : Invariant(world)
{
    private const int Enough = 20;

    private int _plain;
    private int _delays;

    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        if (change.State is not (SsState.Unreachable or SsState.Disconnected) || change.Cause is not { NextAction: SsNextAction.Retry, Code: not (SsCauseCode.PeerBusy or SsCauseCode.PolicyChanged) } cause)
            return;

        // Nothing came of the attempt that was announced: under which of several policies it would have been made, the stream has not said.
        if (World.Editor is not null && actor.Attempt is null or { Ended: true })
            return;

        var (retry, delay) = ((actor.Attempt?.Policy.Retry ?? actor.Kind.Retry)!, cause.NextDelay);
        var low = retry.Backoff[Math.Min(Math.Max(cause.Attempt, 1) - 1, retry.Backoff.Length - 1)];
        var high = low * (100 + retry.JitterPercent) / 100;
        if (delay < low || delay > high)
            Violated(actor, $"a delay of {delay.TotalMilliseconds} ms after {cause.Attempt} failures: the table says {low.TotalMilliseconds} to {high.TotalMilliseconds}");
        if (retry.JitterPercent == 0)
            return;
        _delays++;
        if (delay == low)
            _plain++;
    }

    public override void Settled()
    {
        if (_delays >= Enough && _plain == _delays)
            Violated(null, $"all {_delays} delays were what the table says, to the millisecond");
    }
}
