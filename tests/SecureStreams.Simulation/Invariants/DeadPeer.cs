using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>A peer that falls silent is given up when the policy says, to the millisecond, late only by sleep; and never before.</summary>
internal sealed class DeadPeer(SimWorld world) : Invariant(world)
{
    // The product counts whole milliseconds, rounded up.
    private const long Millisecond = 1_000;

    // When the bounds of a streamtype were last edited: a peer that was too silent for the new ones is asked then, and has the time that they leave for an answer.
    private readonly Dictionary<string, (Liveness? Bounds, long Since)> _bounds = new(StringComparer.Ordinal);

    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        if (change.Cause.Code == SsCauseCode.PeerUnresponsive && actor.Attempt is { } attempt && Now < Due(actor, attempt, earliest: true) - Millisecond)
            Violated(actor, $"the peer of attempt {attempt.Id} was given up after {(Now - attempt.LastHeard) / 1000} ms of silence");
    }

    public override void Stepped()
    {
        NoteBounds();
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

        var due = Math.Max(attempt.LastHeard, actor.ResumedAt) + SimClock.Microseconds(bound) + Millisecond;
        return earliest || !_bounds.TryGetValue(actor.Kind.Name, out var edited) || edited is not ({ } bounds, > 0)
            ? due
            : Math.Max(due, edited.Since + SimClock.Microseconds(bounds.Ping is { } ping ? bounds.Hangup - ping : bounds.Hangup) + Millisecond);
    }

    private void NoteBounds()
    {
        if (World.Editor is not { } editor)
            return;
        foreach (var (name, policy) in World.Context.Policy.StreamTypes)
        {
            var canPing = policy.Protocol != WireProtocol.Raw;
            var bounds = Liveness.Of(policy.Retry, canPing);
            var isEdited = editor.BeforeThisMoment.Any(before => before.StreamTypes.TryGetValue(name, out var other) && Liveness.Of(other.Retry, canPing) != bounds);
            if (!_bounds.TryGetValue(name, out var known))
                _bounds.Add(name, (bounds, 0));
            else if (isEdited || known.Bounds != bounds)
                _bounds[name] = (bounds, Now);
        }
    }
}
