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

        var (tables, delay) = (Tables(actor), cause.NextDelay);
        if (tables.Count == 0)
            return;
        var at = tables.FindIndex(table => delay >= Lowest(table, cause) && delay <= Highest(table, cause));
        if (at < 0)
        {
            var allowed = string.Join(" or ", tables.Select(table => $"{Lowest(table, cause).TotalMilliseconds} to {Highest(table, cause).TotalMilliseconds}"));
            Violated(actor, $"a delay of {delay.TotalMilliseconds} ms after {cause.Attempt} failures: the table says {allowed}");
        }

        var (retry, low) = (tables[Math.Max(at, 0)], Lowest(tables[Math.Max(at, 0)], cause));
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

    private static TimeSpan Lowest(RetryPolicy retry, SsCause cause) => retry.Backoff[Math.Min(Math.Max(cause.Attempt, 1) - 1, retry.Backoff.Length - 1)];

    private static TimeSpan Highest(RetryPolicy retry, SsCause cause) => Lowest(retry, cause) * (100 + retry.JitterPercent) / 100;

    /// <summary>That of the policy in force, or, where it came at this moment, that of one before it, of which alone the stream may have heard.</summary>
    private List<RetryPolicy> Tables(SimActor actor)
    {
        var tables = new List<RetryPolicy>();
        foreach (var model in World.Editor?.BeforeThisMoment.Append(World.Context.Policy) ?? [World.Context.Policy])
        {
            // One that is removed meanwhile goes by what it had: of an attempt that came to nothing the stream has not said under which policy it would have been.
            var retry = model.StreamTypes.TryGetValue(actor.Kind.Name, out var policy) ? policy.Retry : actor.Attempt is { Ended: false } attempt ? attempt.Policy.Retry : null;
            if (retry is not null && !tables.Contains(retry))
                tables.Add(retry);
        }

        return tables;
    }
}
