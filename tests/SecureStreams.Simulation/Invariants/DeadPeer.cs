using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>A peer that falls silent is given up when the policy says, to the millisecond, late only by sleep; and never before.</summary>
internal sealed class DeadPeer(SimWorld world) : Invariant(world)
{
    // The product counts whole milliseconds, rounded up.
    private const long Millisecond = 1_000;

    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        if (change.Cause.Code == SsCauseCode.PeerUnresponsive && actor.Attempt is { } attempt && Now < Due(actor, attempt, earliest: true) - Millisecond)
            Violated(actor, $"the peer of attempt {attempt.Id} was given up after {(Now - attempt.LastHeard) / 1000} ms of silence");
    }

    public override void Stepped()
    {
        if (!World.IsQuiet)
            return;
        foreach (var actor in World.Actors)
        {
            if (actor is { IsConnected: true, Kind.IsTransactional: false, Paused: false, Attempt: { Connected: true, Ended: false } attempt } &&
                Now > Due(actor, attempt, earliest: false) + World.Clock.Slept - attempt.SleptWhenHeard)
            {
                Violated(actor, $"the peer of attempt {attempt.Id} has been silent for {(Now - attempt.LastHeard) / 1000} ms");
            }
        }
    }

    /// <summary>The bound is that of the policy in force. An edit of this very moment may be noticed before or after.</summary>
    private long Due(SimActor actor, SimAttempt attempt, bool earliest)
    {
        var bound = (World.Context.Policy.StreamTypes.GetValueOrDefault(actor.Kind.Name) ?? attempt.Policy).Retry!.ValidityHangup ?? TimeSpan.FromDays(1);
        foreach (var before in World.Editor?.BeforeThisMoment ?? [])
        {
            if (before.StreamTypes.TryGetValue(actor.Kind.Name, out var policy) && policy.Retry!.ValidityHangup is { } other && other < bound == earliest)
                bound = other;
        }

        return Math.Max(attempt.LastHeard, actor.ResumedAt) + SimClock.Microseconds(bound) + Millisecond;
    }
}
