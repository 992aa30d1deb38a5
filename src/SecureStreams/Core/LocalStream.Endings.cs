using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>How things end, and what follows: failed attempts, ended connections, what the application gave up, the stream itself. All of it on the mailbox.</summary>
internal sealed partial class LocalStream
{
    /// <summary>The attempt ended without a connection: tell it, and wait for the next or give up.</summary>
    private void AttemptFailedOnMailbox(TransportFailure failure)
    {
        if (_isAccepted)
        {
            AcceptedOverOnMailbox(failure);
            return;
        }

        var cycle = _cycle;
        _failures++;
        AttemptOverOnMailbox(failure);
        var delay = DelayAfter(failure);

        // What is owed is another connection, so that this failure says nothing of it; and any further attempt is that one.
        var owed = (_afterTransaction & Wants.Connect) != 0;
        _afterTransaction = Wants.None;
        if (owed)
            delay = TimeSpan.Zero;
        var state = failure.IsAuth ? SsState.AuthFailed : SsState.Unreachable;
        var cause = Report(state, failure, delay);
        if (owed)
            _failures = 0;
        Deliver(new SsStateChange(state, cause, 0));

        if (delay is not null)
        {
            cycle?.EndAttemptOnMailbox(new AttemptOutcome(delay));
            return;
        }

        EndCycleOnMailbox();
        AllRetriesFailedOnMailbox(cause, mayRestart: true);
    }

    /// <summary>How long until the next attempt after <paramref name="failure"/>; null when there is none.</summary>
    /// <remarks>By the policy in force, as the attempt would be, whatever it was that ended; one that finds its streamtype gone says so itself.</remarks>
    private TimeSpan? DelayAfter(TransportFailure failure)
    {
        var retry = _seen is null ? _policy.Retry : _live.Retry;
        return failure.Permanent || !BackOff.MayRetry(retry, _failures)
            ? null
            : BackOff.Delay(retry!, _failures, _runtime.Platform.Random.NextDouble(), failure.RetryAfter, longest: failure.RetryClass == RetryClass.Identity);
    }

    private void AllRetriesFailedOnMailbox(SsCause cause, bool mayRestart)
    {
        _owesEnd = false;
        if ((_wants & Wants.Destroy) != 0)
            return;
        var restart = mayRestart && _live.Retry is { RestartAfter.Ticks: > 0 } retry ? retry.RestartAfter : (TimeSpan?)null;
        if (restart is { } after)
            cause = cause with { NextAction = SsNextAction.Restart, NextDelay = after };
        Deliver(new SsStateChange(SsState.AllRetriesFailed, cause, 0));
        if (restart is null)
            return;
        _failures = 0;
        _restartSince = _runtime.Platform.Time.GetTimestamp();
        StartCycleOnMailbox(poll: true, new AttemptOutcome(restart));
    }

    /// <summary>The application gives up the attempt or the wait: the cycle ends as every cycle without a connection does.</summary>
    private void GiveUpOnMailbox(TransportFailure failure)
    {
        LetTransportGoOnMailbox();
        EndCycleOnMailbox();
        _afterTransaction = Wants.None;

        // Asked for and given up before anything of it was told: nothing to take back, but what is awaited must not wait for it.
        if (!_owesEnd)
        {
            OnForgotten(new SsCause(failure.Phase, failure.Code) { NextAction = SsNextAction.Idle }, destroyed: false);
            return;
        }

        var cause = Report(SsState.AllRetriesFailed, failure, delay: null);
        if (State is not (SsState.Poll or SsState.Unreachable or SsState.AuthFailed))
            Deliver(new SsStateChange(SsState.Unreachable, cause, 0));
        AllRetriesFailedOnMailbox(cause, mayRestart: false);
    }

    /// <summary>The connection or transaction ended: tell it, and reconnect by policy.</summary>
    /// <param name="failure">Why; null for a transaction that ended as it should.</param>
    /// <param name="stayIdle">The application asked for the end, so policy does not reconnect.</param>
    private void ConnectionEndedOnMailbox(TransportFailure? failure, bool stayIdle)
    {
        if (_isAccepted)
        {
            AcceptedOverOnMailbox(failure);
            return;
        }

        var transactional = _transport!.IsTransactional;
        LetTransportGoOnMailbox(failure?.Code ?? SsCauseCode.LocalDisconnect);
        _connected = false;
        _timer?.CancelOnMailbox();

        // Forgotten with the connection, unless it is asked for anew: for the next transaction, or after Disconnect() in the same callback.
        if (!_transactionOver && (_wants & Wants.Poll) == 0 && (failure is null || stayIdle || _live.Opportunistic))
            ForgetTransmitOnMailbox();
        _wants |= _afterTransaction;
        _afterTransaction = Wants.None;

        if (transactional && failure is null)
        {
            Deliver(new SsStateChange(SsState.Disconnected, new SsCause(SsPhase.Protocol, SsCauseCode.Completed) { NextAction = SsNextAction.Idle }, 0));

            // What was a transaction is a connection by now, and one that is to stand.
            if (_live.NailedUp && !_live.Equals(_policy) && !PolicyReaction.IsTransactional(_live))
                Request(Wants.Connect);
            return;
        }

        // What the peer has acknowledged or refused is done: repeating it because its connection then broke would do it twice.
        failure ??= Failures.PeerClosed();
        if (stayIdle || _live.Opportunistic || _transactionOver)
        {
            Deliver(new SsStateChange(SsState.Disconnected, Report(SsState.Disconnected, failure, delay: null), 0));
            return;
        }

        // An answer cut short is no success, so it counts; a lasting connection was one, so its end starts a fresh count.
        if (transactional)
            _failures++;
        AttemptOverOnMailbox(failure);
        var delay = DelayAfter(failure);
        var cause = Report(SsState.Disconnected, failure, delay);
        _owesEnd = true;
        Deliver(new SsStateChange(SsState.Disconnected, cause, 0));
        if (delay is not null)
        {
            StartCycleOnMailbox(poll: true, new AttemptOutcome(delay));
        }
        else if ((_wants & Wants.Destroy) == 0)
        {
            Deliver(new SsStateChange(SsState.Unreachable, cause, 0));
            AllRetriesFailedOnMailbox(cause, mayRestart: true);
        }
    }

    /// <summary>A callback or the application asked to disconnect; see the table in docs/states.md.</summary>
    private void DropOnMailbox(TransportFailure failure, bool byCall)
    {
        if (_isAccepted)
            AcceptedOverOnMailbox(failure);
        else if (_connected)
            ConnectionEndedOnMailbox(failure, stayIdle: byCall || _transport!.IsTransactional);
        else if (IsAttempting)
            GiveUpOnMailbox(failure);
        else if (IsWaiting && (byCall || State != SsState.Disconnected))
            GiveUpOnMailbox(failure);
    }

    /// <summary>A callback threw: what is under way ends, what waits goes on waiting.</summary>
    private void FaultOnMailbox()
    {
        var failure = Failures.HandlerException(_handlerError);
        _handlerError = null;
        if (_isAccepted)
        {
            AcceptedOverOnMailbox(failure);
        }
        else if (_connected)
        {
            ConnectionEndedOnMailbox(failure, stayIdle: _transport!.IsTransactional);
        }
        else if (IsAttempting)
        {
            LetTransportGoOnMailbox();
            if (State == SsState.Poll)
                Deliver(new SsStateChange(SsState.Connecting));
            AttemptFailedOnMailbox(failure);
        }
        else
        {
            Report(State, failure, delay: null, SsNextAction.None);
        }
    }

    private static SsCause LocalDestroy => new(SsPhase.Local, SsCauseCode.LocalDestroy) { NextAction = SsNextAction.Destroy };

    private void FailInternally(Exception error)
    {
        if (!_destroyed)
            DestroyOnMailbox(Report(SsState.Destroying, Failures.Internal(error), delay: null, SsNextAction.Destroy));
    }

    /// <summary>Ends the stream whatever else fails meanwhile: the handler is told, and whoever waits is let go.</summary>
    private void DestroyOnMailbox(SsCause cause)
    {
        if (_destroyed)
            return;

        _destroyed = true;
        Try(static stream => stream.EndCycleOnMailbox());
        Try(static stream => stream.EndReplacementOnMailbox());
        Try(stream => stream.LetTransportGoOnMailbox(cause.Code));
        if (_connected)
        {
            _connected = false;
            Try(stream => stream.Deliver(new SsStateChange(SsState.Disconnected, cause, 0)));
        }

        Try(stream => stream.Deliver(new SsStateChange(SsState.Destroying, cause, 0)));
        Try(stream => stream.OnForgotten(cause, destroyed: true));
        _wants = Wants.None;
        Try(static stream => stream._timer?.Dispose());
        Try(static stream => stream.StopLiveness());
        _spareCycle = null;
        EndOne();
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _ = FinishAsync();
    }

    /// <summary>Does one step of an end; a defect in it is reported and does not keep the other steps from being done.</summary>
    private void Try(Action<LocalStream> step)
    {
        try
        {
            step(this);
        }
        catch (Exception error)
        {
            CoreLog.InternalFailure(_runtime.Logger, error, StreamType, Id);
            Report(SsState.Destroying, Failures.Internal(error), delay: null, SsNextAction.Destroy);
        }
    }

    private async Task FinishAsync()
    {
        try
        {
            await _transportsDone.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // A transport's completion never faults; if one does all the same, nobody shall wait for ever.
            CoreLog.InternalFailure(_runtime.Logger, error, StreamType, Id);
        }

        Gone();
    }

    /// <summary>Nothing of the stream is left: its context forgets it only now, so that a disposal of the context waits for it.</summary>
    private void Gone()
    {
        _runtime.Destroyed(this);
        WhenGone.TrySetResult();
    }

    private void EndCycleOnMailbox()
    {
        ReleaseAdmissionOnMailbox();
        _cycle?.CancelOnMailbox();
        _cycle = null;
    }

    private void LetTransportGoOnMailbox(SsCauseCode because = SsCauseCode.LocalDisconnect)
    {
        EndReplacementOnMailbox();
        _retiring = false;
        if (_transport is not { } transport)
            return;
        _transport = null;
        if (!transport.IsTransactional)
            StopLiveness();
        LetGoOnMailbox(transport, because);
    }

    private void LetGoOnMailbox(StreamTransport transport, SsCauseCode because)
    {
        transport.CloseBecauseOnMailbox(because);

        // Only now: one that cannot even be told to close is not waited for.
        _transportsDone = _transportsDone.IsCompleted ? transport.Completion : Task.WhenAll(_transportsDone, transport.Completion);
    }

    /// <param name="state">The state it belongs to.</param>
    /// <param name="failure">What happened.</param>
    /// <param name="delay">How long until the next attempt; null when none follows.</param>
    /// <param name="next">What follows when no attempt does.</param>
    private SsCause Report(SsState state, TransportFailure failure, TimeSpan? delay, SsNextAction next = SsNextAction.Idle)
    {
        // Bounds on silence are live: what states them is the policy in force.
        var policy = failure.Code == SsCauseCode.PeerUnresponsive ? _live : _policy;
        _lastDetail = FailureReporter.Report(_runtime, this, policy, state, failure, new SsCause(failure.Phase, failure.Code)
        {
            Attempt = _failures,
            Status = failure.Status,
            Concealed = delay is not null,
            NextAction = delay is not null ? SsNextAction.Retry : next,
            NextDelay = delay ?? TimeSpan.Zero,
        });
        _runtime.Telemetry.DialFailed(_trace, failure, _lastDetail.Cause);
        if (failure is { Code: SsCauseCode.RedirectRefused, Attribute: "http_fail_redirect" })
            _runtime.Redirected?.Invoke(_lastDetail.Cause);
        return _lastDetail.Cause;
    }
}
