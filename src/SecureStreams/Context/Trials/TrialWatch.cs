using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// What becomes of the streams and listeners that a change of the policy touches. Told by streams on their mailboxes and by listeners; asked by the trial. Safe from any thread, and
/// calls nobody. What is told is in <c>TrialWatch.Told.cs</c>.
/// </summary>
internal sealed partial class TrialWatch
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TrialEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<LocalStream, TrialSubject> _subjects = [];
    private readonly Dictionary<SsListener, TrialStatus> _listeners = [];
    private readonly SsPolicyTrialOptions _asked;
    private readonly TimeProvider _time;

    /// <param name="asked">What is asked of them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="now">The policy that is watched.</param>
    /// <param name="touched">The streamtypes that are.</param>
    /// <param name="before">How transactions ended before.</param>
    public TrialWatch(SsPolicyTrialOptions asked, TimeProvider time, PolicyModel now, IEnumerable<string> touched, Func<string, (int Good, int Bad)> before)
    {
        _asked = asked;
        _time = time;
        foreach (var name in touched)
            _entries.Add(name, new TrialEntry(name, now.StreamTypes.GetValueOrDefault(name), before(name)));
    }

    /// <summary>Whether it is one of the streamtypes.</summary>
    public bool Watches(string streamType) => _entries.ContainsKey(streamType);

    /// <summary>A stream that is there when the change comes.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="situation">What it is doing.</param>
    /// <param name="action">What the change does to it.</param>
    /// <param name="owed">Whether it must be connected although it is not now, because an earlier change that was never confirmed cut it off.</param>
    /// <param name="since">Losses of connections since then are what is usual.</param>
    public void Add(LocalStream stream, StreamPhase situation, SsPolicyAction action, bool owed, DateTimeOffset since)
    {
        lock (_lock)
        {
            var entry = _entries[stream.StreamType];
            var subject = SubjectOf(stream);
            subject.AllowedLosses = Math.Max(1, stream.LossesSince(since));
            subject.WasDown = !owed && situation is StreamPhase.Waiting or StreamPhase.Attempting or StreamPhase.GivenUp;
            subject.WasConnected = owed || situation == StreamPhase.Connected;

            // One that becomes a maker of requests is judged by their results.
            if (!subject.WasConnected || (entry.Now is not null && PolicyReaction.IsTransactional(entry.Now)))
                return;
            Count(entry, subject);
            if (situation == StreamPhase.Connected && action is SsPolicyAction.None or SsPolicyAction.Live or SsPolicyAction.NextAttempt)
                Set(entry, subject, TrialStatus.Up);
        }
    }

    /// <summary>A listener that is there when the change comes.</summary>
    public void Add(SsListener listener, SsPolicyAction action)
    {
        lock (_lock)
        {
            var entry = _entries[listener.StreamType];
            entry.Listeners++;
            if (action == SsPolicyAction.Replace)
            {
                entry.ListenersPending++;
                _listeners[listener] = TrialStatus.Pending;
            }
            else if (action is SsPolicyAction.CreateAnew or SsPolicyAction.End)
            {
                entry.ListenersFailed++;
                entry.Note(SsPhase.Update, action == SsPolicyAction.End ? SsCauseCode.StreamTypeRemoved : SsCauseCode.PolicyChanged, null);
            }
        }
    }

    /// <summary>A stream that was connected before, and shall be so again: also where the policy has made a maker of requests of it.</summary>
    public bool Owes(LocalStream stream)
    {
        lock (_lock)
            return _subjects.TryGetValue(stream, out var subject) && subject is { WasConnected: true, IsLeft: false };
    }

    /// <summary>What is not as asked, if it ended now; null when all is.</summary>
    public string? Problem()
    {
        LookForUnanswered();
        return First(static (entry, asked) => entry.Problem(asked));
    }

    /// <summary>What cannot become as asked any more; null when it may.</summary>
    public string? CertainProblem() => First(static (entry, asked) => entry.CertainProblem(asked));

    /// <summary>Whether nothing is on its way any more.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock)
                return _entries.Values.All(static one => one.IsSettled);
        }
    }

    /// <summary>What was seen, the worst first.</summary>
    public (IReadOnlyList<SsPolicyTrialEvidence> Evidence, int Omitted) Evidence()
    {
        LookForUnanswered();
        lock (_lock)
        {
            List<SsPolicyTrialEvidence> all = [.. _entries.Values.Select(one => one.Evidence(_asked)).OrderBy(static one => one.IsHealthy).ThenBy(static one => one.StreamType, StringComparer.Ordinal)];
            return (all.Take(SsPolicyTrialResult.MaxStreamTypes).ToList(), Math.Max(0, all.Count - SsPolicyTrialResult.MaxStreamTypes));
        }
    }

    /// <summary>Those that are not whole.</summary>
    public IReadOnlyList<SsPolicyTrialEvidence> Missing()
    {
        lock (_lock)
            return [.. _entries.Values.Where(static one => !one.IsWhole).Select(one => one.Evidence(_asked)).OrderBy(static one => one.StreamType, StringComparer.Ordinal).Take(SsPolicyTrialResult.MaxStreamTypes)];
    }

    /// <summary>A request that has waited for its answer for half of the trial is none that succeeds.</summary>
    private void LookForUnanswered()
    {
        lock (_lock)
        {
            var latest = _time.GetUtcNow() - (_asked.Duration / 2);
            foreach (var (_, entry) in _entries)
                entry.Unanswered = 0;
            foreach (var (stream, subject) in _subjects)
            {
                if (subject is { IsRequestFailing: false, AskedAt: { } since } && since <= latest)
                    _entries[stream.StreamType].Unanswered++;
            }
        }
    }

    private string? First(Func<TrialEntry, SsPolicyTrialOptions, string?> problem)
    {
        lock (_lock)
        {
            foreach (var (_, entry) in _entries)
            {
                if (problem(entry, _asked) is { } found)
                    return found;
            }

            return null;
        }
    }
}
