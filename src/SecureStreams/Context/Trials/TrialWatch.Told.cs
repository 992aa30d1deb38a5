using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What a trial is told, and what it makes of that.</summary>
internal sealed partial class TrialWatch
{
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
                    if (isOfPolicy && PolicyReaction.IsTransactional(policy))
                        subject.AskedAt ??= _time.GetUtcNow();
                    return false;
                case SsState.Connected when isOfPolicy && !PolicyReaction.IsTransactional(policy):
                    subject.IsLeft = false;
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
                    subject.AskedAt = null;
                    subject.IsLeft = true;
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
    public bool Result(string streamType, StreamTypePolicy? policy, bool good, SsDetail? detail, bool afterAll)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(streamType, out var entry) || (policy is null ? entry.Now is not null : !entry.IsOf(policy)))
                return false;
            if (detail is not null)
                entry.Note(detail.Cause.Phase, detail.Cause.Code, detail);
            else if (!good)
                entry.Note(SsPhase.Peer, SsCauseCode.PeerRefused, null);
            if (afterAll && entry.Good > 0)
                entry.Good--;
            if (good)
                entry.Good++;
            else
                entry.Bad++;
            return true;
        }
    }

    private static void Ended(TrialEntry entry, TrialSubject subject, bool isOfPolicy, StreamTypePolicy policy, in SsStateChange change, SsDetail? detail)
    {
        var cause = change.Cause;
        subject.AskedAt = null;
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
            subject.IsLeft |= cause.Code == SsCauseCode.LocalDisconnect;
            if (subject.IsLeft || cause.NextAction == SsNextAction.Idle)
                Gone(entry, subject);
            else if (subject.Status == TrialStatus.Up)
                Set(entry, subject, TrialStatus.Pending);
            return;
        }

        if (!isOfPolicy)
        {
            // The old connection is lost: the next one will be of the policy, if there is one. Where there is none, that says nothing about the policy.
            if (change.State == SsState.AllRetriesFailed)
                Gone(entry, subject);
            else if (subject.Status == TrialStatus.Up)
                Set(entry, subject, TrialStatus.Pending);
            return;
        }

        var isFinal = change.State == SsState.AllRetriesFailed ? cause.NextAction != SsNextAction.Restart : cause.NextAction == SsNextAction.Idle;
        if (PolicyReaction.IsTransactional(policy))
        {
            // An acknowledged one whose answer then broke off is none.
            if (subject.HasResult && !subject.WasAcked)
                return;
            Note(entry, subject, cause, detail);
            if (subject.HasResult)
            {
                entry.Good--;
                Result(entry, subject, good: false);
            }
            else if (isFinal)
            {
                Result(entry, subject, good: false);
            }
            else
            {
                SetRequestFailing(entry, subject, failing: true);
            }

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
                subject.IsLeft = true;
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
        subject.AskedAt = null;
        subject.WasAcked = good;
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
