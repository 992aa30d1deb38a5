using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>
/// How a stream follows the policy of its context. What is live holds at once; the rest attempt by attempt, so that a connection keeps the policy it was made under; and where
/// the change asks for another connection, the stream sees to that.
/// </summary>
internal sealed partial class LocalStream
{
    // What was in force when the stream last looked; null when its streamtype was gone then.
    private StreamTypePolicy? _seen;
    private long? _timeoutSince;
    private long _restartSince;

    /// <summary>What the stream is doing. From any thread, so it is a view.</summary>
    internal StreamSituation Situation => new(PhaseNow, Volatile.Read(ref _handler).PermitsOverlap);

    private StreamPhase PhaseNow
    {
        get
        {
            if (Volatile.Read(ref _destroyed))
                return StreamPhase.Destroyed;
            if (_isAccepted)
                return StreamPhase.Accepted;
            if (Volatile.Read(ref _transport) is { } transport)
                return transport.IsTransactional ? StreamPhase.InTransaction : Volatile.Read(ref _connected) ? StreamPhase.Connected : StreamPhase.Attempting;
            if (Volatile.Read(ref _cycle) is not null)
                return StreamPhase.Waiting;
            return State == SsState.AllRetriesFailed ? StreamPhase.GivenUp : StreamPhase.Idle;
        }
    }

    /// <summary>What it would do if <paramref name="now"/> were in force; null when it is not touched. From any thread.</summary>
    internal SsPolicyEffect? Foresee(StreamTypePolicy? now)
    {
        var (action, impact) = PolicyReaction.Of(Volatile.Read(ref _policy), Volatile.Read(ref _seen), now, Situation);
        return action == SsPolicyAction.None ? null : new SsPolicyEffect(StreamType, Id, impact, action);
    }

    /// <summary>The policy in force has changed for this streamtype. From any thread.</summary>
    internal void TellPolicyChanged() => _mailbox.Post(this, (long)StreamCommand.PolicyChanged);

    /// <summary>Has it connect, after a request that is under way: it had a connection, and a policy that was taken back has cost it that. From any thread.</summary>
    internal void Revive() => _mailbox.Post(new MailboxAction<LocalStream>(this, static stream => stream.ReviveOnMailbox(), SettleOnMailbox));

    /// <summary>How often connections of it were cut off since then, as far as its history goes. From any thread.</summary>
    internal int LossesSince(DateTimeOffset since) =>
        _history.Read().Count(one => one.Time >= since && one is { State: SsState.Disconnected, Cause.Phase: not (SsPhase.Local or SsPhase.Update) });

    private void ReviveOnMailbox()
    {
        // A request that is under way ends first, by the policy it began with.
        if (_transport is { IsTransactional: true })
            _afterTransaction |= Wants.Connect;
        else if (!_destroyed && _transport is null && _cycle is null)
            Request(Wants.Connect);
    }

    /// <summary>Takes the policy in force for the attempt that begins.</summary>
    /// <returns>Why there is none, which ends the attempt for good; else null.</returns>
    private TransportFailure? FollowPolicyOnMailbox()
    {
        if (_runtime.FindPolicy is not { } find)
            return null;
        var next = find(StreamType);
        if (next is null || PolicyReaction.IsNoClient(next))
        {
            Volatile.Write(ref _seen, null);
            return Failures.StreamTypeRemoved(StreamType, isServer: next is not null);
        }

        Volatile.Write(ref _seen, next);
        _live = next;
        if (ReferenceEquals(next, _policy))
            return null;
        if (!next.Equals(_policy))
            CoreLog.PolicyFollowed(_runtime.Logger, StreamType, Id);
        _metadata.FollowOnMailbox(next);
        Volatile.Write(ref _policy, next);
        return null;
    }

    private void PolicyChangedOnMailbox()
    {
        if (_destroyed || _runtime.FindPolicy is not { } find)
            return;
        var now = find(StreamType);
        if (ReferenceEquals(now, _seen))
            return;
        var seen = _seen;
        var isMine = now is not null && (_isAccepted || !PolicyReaction.IsNoClient(now));
        Volatile.Write(ref _seen, isMine ? now : null);
        if (isMine && !Equals(seen, now))
        {
            var since = _live;
            _live = now!;
            ActLiveOnMailbox(since);
        }

        // After what is live has acted, which may have ended the connection.
        var (action, impact) = PolicyReaction.Of(_policy, seen, now, Situation);
        if (action == SsPolicyAction.None)
            return;
        CoreLog.PolicyActed(_runtime.Logger, StreamType, Id, action, impact);
        _runtime.Telemetry.Instruments.PolicyActed(StreamType, action);
        if (action != SsPolicyAction.Replace)
            EndReplacementOnMailbox();
        switch (action)
        {
            case SsPolicyAction.AttemptNow when _cycle is null:
                Request(Wants.Connect);
                break;
            case SsPolicyAction.AttemptNow:
                // The count of failures goes on: it is the same trouble until an attempt succeeds.
                var waits = _transport is null;
                LetTransportGoOnMailbox(SsCauseCode.PolicyChanged);
                StartCycleOnMailbox(poll: waits && State != SsState.Poll, carried: null);
                break;
            case SsPolicyAction.Replace:
                ReplaceOnMailbox(_live);
                break;
            case SsPolicyAction.Reconnect:
                RetireOnMailbox();
                break;
            case SsPolicyAction.End:
                EndBecauseGoneOnMailbox(Failures.StreamTypeRemoved(StreamType, isServer: now is not null));
                break;
        }
    }

    private void EndBecauseGoneOnMailbox(TransportFailure failure)
    {
        if (_connected)
            ConnectionEndedOnMailbox(failure, stayIdle: false);
        else
            GiveUpOnMailbox(failure);
    }

    /// <summary>What is live of the policy in force acts on what there is.</summary>
    /// <param name="since">The policy whose live attributes held until now.</param>
    private void ActLiveOnMailbox(StreamTypePolicy since)
    {
        var time = _runtime.Platform.Time;
        if (_transport is { } transport && (_connected || transport.IsTransactional) && !Equals(since.Retry, _live.Retry))
            BoundsChangedOnMailbox(transport, since.Retry);

        // The application asked for the policy's time, whatever it is.
        if (_timer is { IsArmed: true } timer && _timeoutSince is { } started && since.Timeout != _live.Timeout)
        {
            if (_live.Timeout is not { } due)
                timer.CancelOnMailbox();
            else
                timer.StartOnMailbox(Left(due, time.GetElapsedTime(started)));
        }

        if (State == SsState.AllRetriesFailed && _cycle is { IsWaiting: true } && since.Retry?.RestartAfter != _live.Retry?.RestartAfter)
        {
            if (_live.Retry is { RestartAfter.Ticks: > 0 } retry)
                StartCycleOnMailbox(poll: true, new AttemptOutcome(Left(retry.RestartAfter, time.GetElapsedTime(_restartSince))));
            else
                EndCycleOnMailbox();
        }
    }

    private static TimeSpan Left(TimeSpan whole, TimeSpan passed) => whole > passed ? whole - passed : TimeSpan.Zero;
}
