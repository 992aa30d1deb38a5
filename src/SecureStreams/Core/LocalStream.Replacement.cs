using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>
/// A connection takes the place of another because the policy was changed. Where the two may overlap, the second is made first, and until it can be used the stream knows of it
/// only here. Then the first ends in order: nothing more is sent on it, and what its peer still had to say is delivered. Only then is the handler told: Disconnected, Connecting,
/// Connected, one after the other.
/// </summary>
/// <remarks>The second is paused until it has taken over, so that no payload of two connections is ever mixed. While the first ends, transmit requests wait.</remarks>
internal sealed partial class LocalStream
{
    private StreamTransport? _next;
    private StreamTypePolicy? _nextPolicy;
    private bool _nextIsReady;
    private int _nextFailures;
    private string? _nextProblem;
    private GovernorTicket? _nextTicket;
    private bool _nextWaits;
    private ITimer? _nextTimer;
    private ReceivedApart? _nextReceived;
    private byte[]? _nextReport;

    // The connection was asked to end in order, for another that takes its place.
    private bool _retiring;

    /// <summary>Makes a connection under <paramref name="policy"/> beside the one there is.</summary>
    private void ReplaceOnMailbox(StreamTypePolicy policy)
    {
        // What ends already ends first; what takes its place looks at the policy again.
        if (_retiring || (_nextPolicy is { } wanted && wanted.Equals(policy)))
            return;
        EndReplacementOnMailbox();
        _nextPolicy = policy;
        TryReplacementOnMailbox();
    }

    /// <summary>Begins an attempt at the second connection, in its turn: a change of policy asks all streams at once, and no peer shall be stormed for that.</summary>
    private void TryReplacementOnMailbox()
    {
        if (_nextPolicy is not { } policy || _next is not null || _nextTimer is not null || !_connected || _retiring)
            return;
        _nextTicket ??= new GovernorTicket(() => _mailbox.Post(this, (long)StreamCommand.Replace));
        if (!_nextWaits)
        {
            if (!_runtime.Governor.DomainOf(FailureDomainKey.Of(policy, _metadata)).TryAdmit(_nextTicket))
            {
                _nextWaits = true;
                return;
            }
        }
        else if (!_nextTicket.IsAdmitted)
        {
            return;
        }

        _nextWaits = false;
        _nextReceived = new ReceivedApart();
        _next = _runtime.Transports.Create(new TransportSetup(_mailbox, this, policy, _metadata, TransmitLength: null, ReceivePaused: true) { Apart = _nextReceived });
        _next.StartOnMailbox();
    }

    private void ReplacementConnectedOnMailbox(StreamTransport transport)
    {
        try
        {
            ReleaseNextTicket();
            _nextIsReady = true;
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    /// <summary>The second connection could not be had, or was lost again before it was needed.</summary>
    private void ReplacementClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
    {
        try
        {
            var policy = _nextPolicy!;
            var trust = PolicyStep.Between(_policy, policy) is { ChangesTrust: true };
            LetGoOnMailbox(transport, SsCauseCode.PolicyChanged);
            _next = null;
            _nextReceived = null;
            _nextReport = null;
            _nextIsReady = false;
            ReleaseNextTicket();
            if (_retiring)
            {
                // Too late to keep the first: it ends, and the stream reconnects.
                return;
            }

            failure ??= Failures.PeerClosed();
            if (trust && failure.Phase == SsPhase.Tls)
            {
                // Whom the new policy does not trust, the stream does not go on talking to.
                ConnectionEndedOnMailbox(failure, stayIdle: false);
                _runtime.Trials.ReplacementFailed(this, policy, _lastDetail!, isFinal: _cycle is null);
                SettleOnMailbox();
                return;
            }

            ReplacementFailedOnMailbox(policy, failure);
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    private void ReplacementFailedOnMailbox(StreamTypePolicy policy, TransportFailure failure)
    {
        _nextFailures++;
        if (failure.RetryClass != RetryClass.Configuration)
            _runtime.Governor.DomainOf(FailureDomainKey.Of(policy, _metadata)).Failed();
        var delay = failure.Permanent || !BackOff.MayRetry(policy.Retry, _nextFailures)
            ? (TimeSpan?)null
            : BackOff.Delay(policy.Retry!, _nextFailures, _runtime.Platform.Random.NextDouble(), failure.RetryAfter, longest: failure.RetryClass == RetryClass.Identity);
        var cause = new SsCause(failure.Phase, failure.Code)
        {
            Attempt = _nextFailures,
            Status = failure.Status,
            Concealed = delay is not null,
            NextAction = delay is not null ? SsNextAction.Retry : SsNextAction.None,
            NextDelay = delay ?? TimeSpan.Zero,
        };

        // For operators: the handler's connection is as good as it was.
        var detail = FailureReporter.Report(_runtime, this, policy, State, failure with { Message = $"The connection under the changed policy could not be had, and the one there is stays: {failure.Message}" }, cause);
        Volatile.Write(ref _nextProblem, $"{failure.Message} ({detail.Cause})");
        _runtime.Trials.ReplacementFailed(this, policy, detail, isFinal: delay is null);
        if (delay is { } due)
            _nextTimer = _runtime.Platform.Time.CreateDetachedTimer(static state => ((LocalStream)state!).NextTimerFired(), this, due);
    }

    private void NextTimerFired() => _mailbox.Post(new MailboxAction<LocalStream>(this, static stream => stream.NextDueOnMailbox()));

    private void NextDueOnMailbox()
    {
        // Of one that was given up meanwhile.
        if (_nextTimer is null)
            return;
        _nextTimer.Dispose();
        _nextTimer = null;
        TryReplacementOnMailbox();
    }

    /// <summary>Ends the first connection as soon as it is between messages and nothing that arrived waits for the application.</summary>
    private void SwitchOnMailbox()
    {
        if (_retiring || _receivePaused || _pumping || _inCallback || _transport is not { Writer.IsBetweenMessages: true })
            return;
        RetireOnMailbox();
    }

    private void RetireOnMailbox()
    {
        if (_retiring || _transport is not { } transport)
            return;
        _retiring = true;
        transport.FinishOnMailbox();
    }

    /// <summary>The connection is over, because of <paramref name="failure"/> if not null; whether the stream goes on with another because the policy wants it so.</summary>
    private bool GoesOnElsewhereOnMailbox(TransportFailure? failure)
    {
        if (!_connected || !(_nextIsReady || _retiring))
            return false;
        if (failure is { IsOrderly: false, Code: not SsCauseCode.LocalDisconnect })
            ReportLoss(failure);
        if (_nextIsReady)
            TakeOverOnMailbox();
        else
            ReconnectOnMailbox();
        return true;
    }

    /// <summary>The handler hears that the policy was changed, which is why the connection ended; that it did not end in order is for operators.</summary>
    private void ReportLoss(TransportFailure failure) => FailureReporter.Report(
        _runtime, this, _policy, State,
        failure with { Message = $"The connection did not end in order before another took its place under the changed policy, and what was under way on it may be lost: {failure.Message}" },
        new SsCause(failure.Phase, failure.Code) { Status = failure.Status });

    private void TakeOverOnMailbox()
    {
        var next = _next!;
        var policy = _nextPolicy!;
        var (received, report) = (_nextReceived!, _nextReport);
        _next = null;
        _nextReceived = null;
        _nextReport = null;
        LetTransportGoOnMailbox(SsCauseCode.PolicyChanged);
        _connected = false;
        _timer?.CancelOnMailbox();
        Volatile.Write(ref _policy, policy);
        _metadata.FollowOnMailbox(policy);
        Volatile.Write(ref _transport, next);
        CoreLog.PolicyFollowed(_runtime.Logger, StreamType, Id);
        var cause = Report(SsState.Disconnected, Failures.PolicyChanged(StreamType), TimeSpan.Zero);
        _owesEnd = true;
        Deliver(new SsStateChange(SsState.Disconnected, cause, 0));

        // As in every other wait for a connection: a result does not end it.
        _ = Take(Wants.Drop);
        if (Take(Wants.Fault))
            FaultOnMailbox();

        // What the peer before said went as far as its connection.
        _metadata.ClearReceivedOnMailbox();
        if (!InterruptedOnMailbox())
            Deliver(new SsStateChange(SsState.Connecting));
        if (report is not null && !InterruptedOnMailbox())
            DeliverReceived(report, PerfReport.Flags);
        if (InterruptedOnMailbox())
        {
            if ((_wants & Wants.Destroy) == 0)
            {
                var failure = Take(Wants.Fault) ? Failures.HandlerException(_handlerError) : Failures.LocalDisconnect();
                _wants &= ~(Wants.Drop | Wants.Disconnect);
                GiveUpOnMailbox(failure);
            }

            return;
        }

        _connected = true;
        _owesEnd = false;
        _failures = 0;
        if (next.Connection is { } connection)
            Volatile.Write(ref _connection, connection);
        _mends = false;
        received.HandOverOnMailbox(_metadata);
        DomainOnMailbox().Succeeded();

        // It was not read until now, however long that took, and could not be asked.
        SilenceBeginsOnMailbox();
        WatchLivenessOnMailbox();
        Deliver(new SsStateChange(SsState.Connected));
        if (next != _transport || InterruptedOnMailbox())
            return;
        next.PauseReceiveOnMailbox(_receivePaused);
        if (_txWanted && next.Writer.IsWritable)
            _mailbox.Post(this, (long)StreamCommand.Pump);

        // It may have changed again while the first connection ended.
        if (ReferenceEquals(_live, policy))
            return;
        Volatile.Write(ref _seen, policy);
        _mailbox.Post(this, (long)StreamCommand.PolicyChanged);
    }

    /// <summary>The connection has ended for another, and there is none yet.</summary>
    private void ReconnectOnMailbox()
    {
        LetTransportGoOnMailbox(SsCauseCode.PolicyChanged);
        _connected = false;
        _timer?.CancelOnMailbox();
        var failure = Failures.PolicyChanged(StreamType);
        if (PolicyReaction.IsTransactional(_live) && !_live.NailedUp && !_txWanted)
        {
            // Nothing is to be asked by itself.
            Deliver(new SsStateChange(SsState.Disconnected, Report(SsState.Disconnected, failure, delay: null), 0));
            return;
        }

        _failures = 0;
        AttemptOverOnMailbox(failure);
        var cause = Report(SsState.Disconnected, failure, TimeSpan.Zero);
        _owesEnd = true;
        Deliver(new SsStateChange(SsState.Disconnected, cause, 0));
        StartCycleOnMailbox(poll: true, new AttemptOutcome(TimeSpan.Zero));
    }

    private void ReleaseNextTicket()
    {
        _nextWaits = false;
        if (_nextTicket is { Domain: { } domain } ticket)
            domain.Release(ticket);
    }

    /// <summary>Gives the second connection up, however far it is.</summary>
    private void EndReplacementOnMailbox()
    {
        if (_nextPolicy is null)
            return;
        _nextPolicy = null;
        _nextIsReady = false;
        _nextFailures = 0;
        Volatile.Write(ref _nextProblem, null);
        _nextTimer?.Dispose();
        _nextTimer = null;
        ReleaseNextTicket();
        if (_next is not { } next)
            return;
        _next = null;
        _nextReceived = null;
        _nextReport = null;
        LetGoOnMailbox(next, SsCauseCode.PolicyChanged);
    }
}
