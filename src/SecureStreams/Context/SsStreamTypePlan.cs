using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// What an update from one policy to another does to streams of one streamtype, whatever they are doing: for whoever has two policies and no context. Decided by the function that
/// running streams and listeners ask. Immutable.
/// </summary>
public sealed record SsStreamTypePlan
{
    private SsStreamTypePlan()
    {
    }

    /// <summary>The streamtype.</summary>
    public required string StreamType { get; init; }

    /// <summary>The largest impact class of its differences; <see cref="PolicyImpact.Recreate"/> when it is gone.</summary>
    public required PolicyImpact Impact { get; init; }

    /// <summary>To its listener, of a streamtype that was a server; null for a client's.</summary>
    public SsPolicyAction? Listener { get; init; }

    /// <summary>To a stream that is idle; null for a server's.</summary>
    public SsPolicyAction? Idle { get; init; }

    /// <summary>To one that waits for its next attempt; null for a server's.</summary>
    public SsPolicyAction? Waiting { get; init; }

    /// <summary>To one whose connection is being made; null for a server's, and where a request is all there is.</summary>
    public SsPolicyAction? Attempting { get; init; }

    /// <summary>To one that is connected, or of HTTP in a request; null for a server's.</summary>
    public SsPolicyAction? Connected { get; init; }

    /// <summary>As <see cref="Connected"/>, where the handler permits that connections overlap; it says something else for raw only.</summary>
    public SsPolicyAction? ConnectedWithOverlap { get; init; }

    /// <summary>The plans of all streamtypes that <paramref name="before"/> has and that are not equal in <paramref name="after"/>, by name.</summary>
    /// <param name="before">The policy that is in force.</param>
    /// <param name="after">The one that is to take its place.</param>
    /// <returns>The plans; empty when no stream would be touched.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IReadOnlyList<SsStreamTypePlan> Between(PolicyModel before, PolicyModel after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var plans = new List<SsStreamTypePlan>();
        foreach (var (name, was) in before.StreamTypes.OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            var now = after.StreamTypes.GetValueOrDefault(name);
            if (!was.Equals(now))
                plans.Add(PolicyReaction.IsNoClient(was) ? OfListener(was, now) : OfStreams(was, now));
        }

        return plans;
    }

    private static SsStreamTypePlan OfListener(StreamTypePolicy was, StreamTypePolicy? now)
    {
        var joins = was.Endpoint?.Text.StartsWith('!') ?? false;
        var (action, impact) = ListenerReaction.Of(was, was, was, now, mayMove: !joins);
        return new SsStreamTypePlan { StreamType = was.Name, Impact = impact, Listener = action };
    }

    private static SsStreamTypePlan OfStreams(StreamTypePolicy was, StreamTypePolicy? now)
    {
        var isRequest = PolicyReaction.IsTransactional(was);
        var busy = isRequest ? StreamPhase.InTransaction : StreamPhase.Connected;
        return new SsStreamTypePlan
        {
            StreamType = was.Name,
            Impact = Of(busy, false).Impact,
            Idle = Of(StreamPhase.Idle, false).Action,
            Waiting = Of(StreamPhase.Waiting, false).Action,
            Attempting = isRequest ? null : Of(StreamPhase.Attempting, false).Action,
            Connected = Of(busy, false).Action,
            ConnectedWithOverlap = Of(busy, true).Action,
        };

        (SsPolicyAction Action, PolicyImpact Impact) Of(StreamPhase phase, bool overlap) => PolicyReaction.Of(was, was, now, new StreamSituation(phase, overlap));
    }
}
