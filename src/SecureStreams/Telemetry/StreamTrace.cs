using System.Diagnostics;
using SecureStreams.Policy;

namespace SecureStreams.Telemetry;

/// <summary>The attempt, connection and transaction of one stream, as far as somebody listens. On the stream's mailbox.</summary>
internal sealed class StreamTrace(StreamTelemetry telemetry, long streamId)
{
    private string _streamType = "";
    private Activity? _transaction;
    private ActivityContext _parent;
    private long? _attemptBegan;
    private long? _connected;
    private int _attempts;

    /// <summary>Whether an attempt is under way.</summary>
    public bool IsAttempting => _attemptBegan is not null;

    /// <summary>The attempt under way, for what its transport adds to it.</summary>
    public Activity? Attempt { get; private set; }

    public void AttemptBegan(StreamTypePolicy policy, Activity? askedBy)
    {
        _streamType = policy.Name;
        _attemptBegan = telemetry.Time.GetTimestamp();
        _attempts++;

        // The attempts of a cycle belong together, whoever asks again meanwhile.
        if (_attempts == 1)
            _parent = askedBy?.Context ?? default;
        if (!Spans.AreTraced)
            return;

        if (_transaction is null && policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3)
        {
            _transaction = Start("ss.transaction", ActivityKind.Internal, policy, _parent);
            _parent = _transaction?.Context ?? _parent;
        }

        Attempt = Start("ss.attempt", ActivityKind.Client, policy, _parent);
        Attempt?.SetTag(TelemetryNames.Attempt, _attempts);
    }

    public void StateChanged(in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connected:
                AttemptEnded(TelemetryNames.Connected, SsCause.None);
                _connected = telemetry.Time.GetTimestamp();
                if (_transaction is null)
                    CycleEnded();
                break;
            case SsState.Unreachable or SsState.AuthFailed:
                AttemptEnded(IsOurs(change.Cause.Code) ? TelemetryNames.Abandoned : TelemetryNames.Failed, change.Cause);
                break;
            case SsState.AllRetriesFailed:
                TransactionEnded(change.Cause);
                CycleEnded();
                break;
            case SsState.QosAckRemote or SsState.QosNackRemote:
                if (change.Ack != 0)
                    _transaction?.SetTag(TelemetryNames.Status, (int)change.Ack);
                if (!change.Cause.IsNone && _transaction is { } refused)
                    Spans.Fail(refused, change.Cause);
                break;
            case SsState.Disconnected:
                ConnectionEnded(change.Cause);
                break;
            case SsState.Destroying:
                AttemptEnded(TelemetryNames.Abandoned, change.Cause);
                TransactionEnded(change.Cause);
                CycleEnded();
                break;
        }
    }

    /// <summary>What this side wanted is no error.</summary>
    private static bool IsOurs(SsCauseCode code) => code is SsCauseCode.LocalDisconnect or SsCauseCode.LocalDestroy;

    private Activity? Start(string name, ActivityKind kind, StreamTypePolicy policy, ActivityContext parent)
    {
        var activity = Spans.Start(name, kind, parent, telemetry.Time.GetUtcNow());
        if (activity is null)
            return null;
        activity.DisplayName = $"{name} {policy.Name}";
        activity.SetTag(TelemetryNames.StreamType, policy.Name);
        activity.SetTag(TelemetryNames.StreamId, streamId);
        if (TelemetryNames.Of(policy.Protocol) is { } protocol)
            activity.SetTag(TelemetryNames.ProtocolName, protocol);
        if (TelemetryNames.VersionOf(policy.Protocol) is { } version)
            activity.SetTag(TelemetryNames.ProtocolVersion, version);
        return activity;
    }

    private void AttemptEnded(string outcome, in SsCause cause)
    {
        if (_attemptBegan is not { } began)
            return;
        _attemptBegan = null;
        telemetry.Instruments.Attempt(_streamType, outcome, cause, telemetry.Time.GetElapsedTime(began));
        if (Attempt is not { } attempt)
            return;
        Attempt = null;
        attempt.SetTag(TelemetryNames.Outcome, outcome);
        if (outcome == TelemetryNames.Failed)
            Spans.Fail(attempt, cause);
        Spans.Stop(attempt, telemetry.Time.GetUtcNow());
    }

    private void ConnectionEnded(in SsCause cause)
    {
        if (_connected is { } connected)
        {
            _connected = null;
            var orderly = cause.Code is SsCauseCode.None or SsCauseCode.Completed || IsOurs(cause.Code);
            telemetry.Instruments.Connection(_streamType, orderly ? null : cause.Code, telemetry.Time.GetElapsedTime(connected));
        }

        // An answer cut short is asked for again: the transaction goes on.
        if (_transaction is null || cause.NextAction == SsNextAction.Retry)
            return;
        TransactionEnded(cause);
        CycleEnded();
    }

    private void TransactionEnded(in SsCause cause)
    {
        if (_transaction is not { } transaction)
            return;
        _transaction = null;
        if (cause.Code is not (SsCauseCode.None or SsCauseCode.Completed) && !IsOurs(cause.Code))
            Spans.Fail(transaction, cause);
        Spans.Stop(transaction, telemetry.Time.GetUtcNow());
    }

    private void CycleEnded()
    {
        _attempts = 0;
        _parent = default;
    }
}
