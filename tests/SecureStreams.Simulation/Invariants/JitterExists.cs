using SecureStreams.Policy;
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

        // The policy of the attempt; or the one in force when the next was announced, of which nothing came.
        var delay = cause.NextDelay;
        var retry = (actor.Attempt?.Policy ?? actor.Kind.Policy).Retry!;
        if (!IsWithin(retry, cause, out var low, out var high) && actor.Followed?.Retry is { } followed && IsWithin(followed, cause, out var otherLow, out _))
            (retry, low) = (followed, otherLow);
        else if (delay < low || delay > high)
            Violated(actor, $"a delay of {delay.TotalMilliseconds} ms after {cause.Attempt} failures: the table says {low.TotalMilliseconds} to {high.TotalMilliseconds}");
        if (retry.JitterPercent == 0)
            return;
        _delays++;
        if (delay == low)
            _plain++;
    }

    private static bool IsWithin(RetryPolicy retry, in SsCause cause, out TimeSpan low, out TimeSpan high)
    {
        low = retry.Backoff[Math.Min(Math.Max(cause.Attempt, 1) - 1, retry.Backoff.Length - 1)];
        high = low * (100 + retry.JitterPercent) / 100;
        return cause.NextDelay >= low && cause.NextDelay <= high;
    }

    public override void Settled()
    {
        if (_delays >= Enough && _plain == _delays)
            Violated(null, $"all {_delays} delays were what the table says, to the millisecond");
    }
}
