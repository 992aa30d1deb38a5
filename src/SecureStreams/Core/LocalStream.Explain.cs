using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>What happened and why, for operators.</summary>
internal sealed partial class LocalStream
{
    private SsDetail? _lastDetail;
    private SsConnection? _connection;

    public override SsExplanation Explain()
    {
        // Once, so that what is said of it below belongs to it.
        var state = State;
        var events = _history.Read();
        return new SsExplanation
        {
            StreamType = StreamType,
            StreamId = Id,
            State = state,
            Now = DescribeNow(state, events),
            Events = events,
            Connection = Volatile.Read(ref _connection),
            Policy = PolicyFacts.Of(_policy),
        };
    }

    private void NoteOnMailbox(in SsStateChange change)
    {
        var detail = change.Cause.DetailId != 0 && _lastDetail is { } last && last.Id == change.Cause.DetailId ? last : null;
        _history.NoteOnMailbox(change, detail);
        if (!_isAccepted)
            _runtime.Trials.Heard(this, _policy, change, detail);
        else if (change.State == SsState.Connected)
            _runtime.Trials.Result(StreamType, _policy, good: true, detail: null);
    }

    private string DescribeConnected()
    {
        var text = _receivePaused ? "connected, reception paused" : "connected";
        if (Volatile.Read(ref _retiring))
            return $"{text}; the policy was changed, and the connection ends for one under the new policy";
        if (Volatile.Read(ref _nextPolicy) is null)
            return text;
        return Volatile.Read(ref _nextProblem) is { } problem
            ? $"{text} under the policy before the last change; the connection under the new one could not be had: {problem}"
            : $"{text} under the policy before the last change; the connection under the new one is being made";
    }

    /// <summary>From any thread, so it is a view: the stream may have moved on.</summary>
    private string DescribeNow(SsState state, SsEvent[] events)
    {
        if (Volatile.Read(ref _awaitsAdmission))
            return $"waits for its turn; {_domain?.Waiting ?? 0} attempts to the same peer wait for the governor (governor_rate, governor_burst, governor_in_flight)";

        // Notices and calls may have come since the wait was announced, so neither the last event nor the announcement tells whether it goes on.
        var waits = Volatile.Read(ref _cycle) is { IsWaiting: true };
        var announced = Array.FindLast(events, static one => one.Cause.NextAction is SsNextAction.Retry or SsNextAction.Restart)?.Cause;
        return state switch
        {
            SsState.Destroying => "destroyed",
            SsState.Connected or SsState.QosAckRemote or SsState.QosNackRemote => DescribeConnected(),
            SsState.Connecting or SsState.Poll => Volatile.Read(ref _transport)?.Waiting ?? "connecting",
            _ when waits => announced is { } cause ? $"waits: {cause}" : "waits for the next attempt",
            _ => "idle until the application acts",
        };
    }
}
