using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What a trial has seen of one streamtype. Guarded by its watch.</summary>
internal sealed class TrialEntry(string streamType, StreamTypePolicy? now, (int Good, int Bad) before)
{
    /// <summary>So many results tell more than chance would.</summary>
    public const int EarlyResults = 10;

    // Kinds of failure are few; a peer cannot make more of them than there are codes.
    private readonly Dictionary<(SsPhase Phase, SsCauseCode Code), (int Count, SsDetail? Last)> _causes = [];

    public string StreamType { get; } = streamType;

    /// <summary>The policy that is watched; null when there is none any more.</summary>
    public StreamTypePolicy? Now { get; } = now;

    public int Streams { get; set; }

    public int Up { get; set; }

    public int Failing { get; set; }

    public int Failed { get; set; }

    public int Losses { get; set; }

    public int Listeners { get; set; }

    public int ListenersPending { get; set; }

    public int ListenersFailed { get; set; }

    public int Good { get; set; }

    public int Bad { get; set; }

    /// <summary>Streams whose request failed and is tried again.</summary>
    public int FailingRequests { get; set; }

    /// <summary>Requests that have waited for their answer for too long.</summary>
    public int Unanswered { get; set; }

    private int Results => Good + Bad + FailingRequests + Unanswered;

    /// <summary>Whether nothing is on its way any more.</summary>
    public bool IsSettled => Up + Failed == Streams && ListenersPending == 0;

    /// <summary>Whether everything is as the policy wants it.</summary>
    public bool IsWhole => Up == Streams && ListenersPending == 0 && ListenersFailed == 0;

    public bool IsOf(StreamTypePolicy policy) => Now is not null && (ReferenceEquals(Now, policy) || Now.Equals(policy));

    public void Note(SsPhase phase, SsCauseCode code, SsDetail? detail) =>
        _causes[(phase, code)] = (_causes.GetValueOrDefault((phase, code)).Count + 1, detail ?? _causes.GetValueOrDefault((phase, code)).Last);

    /// <summary>What is not as asked, if the trial ended now; null when it is.</summary>
    public string? Problem(SsPolicyTrialOptions asked)
    {
        if (ListenersPending + ListenersFailed > 0)
            return $"{ListenersPending + ListenersFailed} of {Listeners} listeners of '{StreamType}' could not follow{Worst()}";
        if (Up * 100L < (long)asked.ConnectedPercent * Streams)
            return $"{Up} of {Streams} streams of '{StreamType}' are connected, and {asked.ConnectedPercent} % have to be{Worst()}";
        return MissesShare(asked.AckedPercent)
            ? $"{Good} of {Results} results of '{StreamType}' are acknowledged, and {asked.AckedPercent} % of the share before ({Share:P0}) have to be{Worst()}"
            : null;
    }

    /// <summary>What cannot become as asked any more, or most improbably; null when it may.</summary>
    public string? CertainProblem(SsPolicyTrialOptions asked) =>
        ListenersFailed > 0 || (Streams - Failed) * 100L < (long)asked.ConnectedPercent * Streams || (Good + Bad >= EarlyResults && MissesShare(asked.AckedPercent / 2.0))
            ? Problem(asked)
            : null;

    public SsPolicyTrialEvidence Evidence(SsPolicyTrialOptions asked) => new()
    {
        StreamType = StreamType,
        IsHealthy = Problem(asked) is null,
        Streams = Streams,
        Connected = Up,
        Failed = Failing + Failed,
        Losses = Losses,
        Listeners = Listeners,
        ListenersFailed = ListenersFailed,
        Acked = Good,
        NotAcked = Bad + FailingRequests + Unanswered,
        AckedBefore = before.Good + before.Bad == 0 ? null : Share,
        Causes = [.. Ordered().Take(SsPolicyTrialEvidence.MaxCauses)],
    };

    private double Share => before.Good + before.Bad == 0 ? 1 : (double)before.Good / (before.Good + before.Bad);

    private bool MissesShare(double percent)
    {
        if (Results == 0)
            return false;

        // In whole numbers as far as that goes: what lies exactly at the edge is enough.
        var (good, all) = before.Good + before.Bad == 0 ? (1, 1) : (before.Good, before.Good + before.Bad);
        return Good * 100.0 * all < percent * good * Results;
    }

    private string Worst() => Ordered().FirstOrDefault() is { } worst ? $"; most often {worst}" : "";

    private IEnumerable<SsPolicyTrialCause> Ordered() =>
        _causes.Select(static one => new SsPolicyTrialCause(one.Key.Phase, one.Key.Code, one.Value.Count, one.Value.Last))
            .OrderByDescending(static one => one.Count).ThenBy(static one => one.Code);
}
