using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// What becomes of the streams and listeners that a change of the policy touches. Told by streams on their mailboxes and by listeners; asked by the trial. Safe from any thread, and
/// calls nobody.
/// </summary>
internal sealed class TrialWatch
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TrialEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<LocalStream, TrialSubject> _subjects = [];
    private readonly Dictionary<SsListener, TrialStatus> _listeners = [];
    private readonly SsPolicyTrialOptions _asked;

    /// <param name="asked">What is asked of them.</param>
    /// <param name="now">The policy that is watched.</param>
    /// <param name="touched">The streamtypes that are.</param>
    /// <param name="before">How transactions ended before.</param>
    public TrialWatch(SsPolicyTrialOptions asked, PolicyModel now, IEnumerable<string> touched, Func<string, (int Good, int Bad)> before)
    {
        _asked = asked;
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

    /// <summary>A stream that was connected before, and shall be so again.</summary>
    public bool Owes(LocalStream stream)
    {
        lock (_lock)
            return _subjects.TryGetValue(stream, out var subject) && subject is { IsCounted: true, WasConnected: true };
    }

    /// <summary>A stream that wants a connection, as far as is known.</summary>
    public bool WantsConnection(LocalStream stream)
    {
        lock (_lock)
            return _subjects.TryGetValue(stream, out var subject) && subject is { IsCounted: true };
    }

    /// <summary>A stream was told a state.</summary>
    /// <returns>Whether that may decide something now.</returns>
    public bool Heard(LocalStream stream, StreamTypePolicy policy, in SsStateChange change, SsDetail? detail)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(stream.StreamType, out var entry))
                return false;
            var subject = SubjectOf(stream);
            var isOfPolicy = entry.IsOf(policy);
            switch (change.State)
            {
                case SsState.Connecting:
                    subject.HasResult = false;
                    return false;
                case SsState.Connected when isOfPolicy && !PolicyReaction.IsTransactional(policy):
                    CountFirst(entry, subject);
                    Set(entry, subject, TrialStatus.Up);
                    return true;
                case SsState.QosAckRemote when isOfPolicy:
                    Result(entry, subject, good: true);
                    return true;
                case SsState.QosNackRemote when isOfPolicy:
                    Note(entry, subject, change.Cause, detail);
                    Result(entry, subject, good: false);
                    return true;
                case SsState.Unreachable or SsState.Disconnected or SsState.AllRetriesFailed when !change.Cause.IsNone && change.Cause.Code != SsCauseCode.Completed:
                    Ended(entry, subject, isOfPolicy, policy, change, detail);
                    return true;
                case SsState.Destroying:
                    Gone(entry, subject);
                    return true;
                default:
                    return false;
            }
        }
    }

    /// <summary>The connection under the policy could not be had, and the one before it stays.</summary>
    public bool ReplacementFailed(LocalStream stream, StreamTypePolicy policy, SsDetail detail, bool isFinal)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(stream.StreamType, out var entry) || !entry.IsOf(policy))
                return false;
            var subject = SubjectOf(stream);
            CountFirst(entry, subject);
            Note(entry, subject, detail.Cause, detail);
            Set(entry, subject, isFinal ? TrialStatus.Failed : TrialStatus.Failing);
            return true;
        }
    }

    /// <summary>A listener is where the policy says, or could not go there.</summary>
    public bool ListenerMoved(SsListener listener, StreamTypePolicy policy, SsDetail? problem)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(listener.StreamType, out var entry) || !entry.IsOf(policy) || _listeners.GetValueOrDefault(listener, TrialStatus.Up) != TrialStatus.Pending)
                return false;
            entry.ListenersPending--;
            _listeners[listener] = problem is null ? TrialStatus.Up : TrialStatus.Failed;
            if (problem is not null)
            {
                entry.ListenersFailed++;
                entry.Note(problem.Cause.Phase, problem.Cause.Code, problem);
            }

            return true;
        }
    }

    /// <summary>A result that no stream is told: a connection that came to a listener, a request of an HttpClient.</summary>
    public bool Result(string streamType, StreamTypePolicy? policy, bool good, SsDetail? detail)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(streamType, out var entry) || (policy is null ? entry.Now is not null : !entry.IsOf(policy)))
                return false;
            if (detail is not null)
                entry.Note(detail.Cause.Phase, detail.Cause.Code, detail);
            else if (!good)
                entry.Note(SsPhase.Peer, SsCauseCode.PeerRefused, null);
            if (good)
                entry.Good++;
            else
                entry.Bad++;
            return true;
        }
    }

    /// <summary>What is not as asked, if it ended now; null when all is.</summary>
    public string? Problem() => First(static (entry, asked) => entry.Problem(asked));

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

    private static void Ended(TrialEntry entry, TrialSubject subject, bool isOfPolicy, StreamTypePolicy policy, in SsStateChange change, SsDetail? detail)
    {
        var cause = change.Cause;
        if (cause.Code == SsCauseCode.StreamTypeRemoved)
        {
            Note(entry, subject, cause, detail);
            Set(entry, subject, TrialStatus.Failed);
            if (PolicyReaction.IsTransactional(policy) && change.State == SsState.AllRetriesFailed)
                Result(entry, subject, good: false);
            return;
        }

        if (cause.Phase is SsPhase.Local or SsPhase.Update)
        {
            // What the application ends needs no connection any more; what did not work until then did not work all the same.
            if (cause.Code == SsCauseCode.LocalDisconnect || cause.NextAction == SsNextAction.Idle)
                Gone(entry, subject);
            else if (subject.Status == TrialStatus.Up)
                Set(entry, subject, TrialStatus.Pending);
            return;
        }

        if (!isOfPolicy)
        {
            // The old connection is lost: the next one will be of the policy.
            if (subject.Status == TrialStatus.Up)
                Set(entry, subject, TrialStatus.Pending);
            return;
        }

        var isFinal = change.State == SsState.AllRetriesFailed ? cause.NextAction != SsNextAction.Restart : cause.NextAction == SsNextAction.Idle;
        if (PolicyReaction.IsTransactional(policy))
        {
            if (subject.HasResult)
                return;
            Note(entry, subject, cause, detail);
            if (isFinal)
                Result(entry, subject, good: false);
            else
                SetRequestFailing(entry, subject, failing: true);
            return;
        }

        CountFirst(entry, subject);
        Note(entry, subject, cause, detail);
        if (change.State == SsState.Disconnected)
        {
            entry.Losses++;
            subject.Losses++;

            // One that stays idle because its policy wants that (opportunistic) is done.
            if (isFinal && cause.Code == SsCauseCode.PeerClosed)
            {
                Gone(entry, subject);
                return;
            }
        }

        Set(entry, subject, isFinal || subject.Losses > subject.AllowedLosses ? TrialStatus.Failed : TrialStatus.Failing);
    }

    private static void Result(TrialEntry entry, TrialSubject subject, bool good)
    {
        if (good)
            entry.Good++;
        else
            entry.Bad++;
        subject.HasResult = true;
        SetRequestFailing(entry, subject, failing: false);
    }

    private static void SetRequestFailing(TrialEntry entry, TrialSubject subject, bool failing)
    {
        if (subject.IsRequestFailing != failing)
            entry.FailingRequests += failing ? 1 : -1;
        subject.IsRequestFailing = failing;
    }

    /// <summary>Counted once for each detail: Unreachable and AllRetriesFailed may tell of the same.</summary>
    private static void Note(TrialEntry entry, TrialSubject subject, in SsCause cause, SsDetail? detail)
    {
        if (cause.DetailId != 0 && subject.LastDetail == cause.DetailId)
            return;
        subject.LastDetail = cause.DetailId;
        entry.Note(cause.Phase, cause.Code, detail);
    }

    private TrialSubject SubjectOf(LocalStream stream)
    {
        if (!_subjects.TryGetValue(stream, out var subject))
            _subjects.Add(stream, subject = new TrialSubject(stream));
        return subject;
    }

    /// <summary>It is the first time that something comes of it: it counts from now on, unless it was in trouble before.</summary>
    private static void CountFirst(TrialEntry entry, TrialSubject subject)
    {
        if (!subject.IsCounted && !subject.WasDown)
            Count(entry, subject);
    }

    private static void Count(TrialEntry entry, TrialSubject subject)
    {
        subject.IsCounted = true;
        subject.Status = TrialStatus.Pending;
        entry.Streams++;
    }

    private static void Set(TrialEntry entry, TrialSubject subject, TrialStatus status)
    {
        // One that is cut off again and again has failed, however often it connects.
        if (!subject.IsCounted || (subject.Losses > subject.AllowedLosses && subject.Status == TrialStatus.Failed))
            return;
        Move(entry, subject.Status, -1);
        subject.Status = status;
        Move(entry, status, +1);
    }

    private static void Move(TrialEntry entry, TrialStatus status, int by)
    {
        switch (status)
        {
            case TrialStatus.Up:
                entry.Up += by;
                break;
            case TrialStatus.Failing:
                entry.Failing += by;
                break;
            case TrialStatus.Failed:
                entry.Failed += by;
                break;
        }
    }

    /// <summary>The application has done with it. What failed until then stays counted.</summary>
    private static void Gone(TrialEntry entry, TrialSubject subject)
    {
        if (!subject.IsCounted || subject.Status is TrialStatus.Failing or TrialStatus.Failed)
            return;
        Move(entry, subject.Status, -1);
        entry.Streams--;
        subject.IsCounted = false;
    }
}
