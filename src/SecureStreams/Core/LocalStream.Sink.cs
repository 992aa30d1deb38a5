using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>
/// What the transport tells the stream. Calls of a transport that the stream has let go are ignored. A defect met in a call ends the stream and does not come out of
/// it: in the transport's loop it would pass for a failure of the peer.
/// </summary>
internal sealed partial class LocalStream : ITransportSink
{
    public void ConnectedOnMailbox(StreamTransport transport)
    {
        if (transport == _next)
            ReplacementConnectedOnMailbox(transport);
        if (transport != _transport)
            return;
        try
        {
            _connected = true;
            if (transport.Connection is { } connection)
                Volatile.Write(ref _connection, connection);
            _owesEnd = false;
            if (!transport.IsTransactional)
                _failures = 0;

            // The cycle has done its work; ending it lets its execution finish without a further attempt.
            var cycle = _cycle;
            _cycle = null;
            cycle?.EndAttemptOnMailbox(default);
            AttemptOverOnMailbox(failure: null);
            if (!transport.IsTransactional)
                WatchLivenessOnMailbox();
            Deliver(new SsStateChange(SsState.Connected));
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void ServerTransactionOnMailbox(StreamTransport transport)
    {
        if (transport != _transport)
            return;
        try
        {
            Deliver(new SsStateChange(SsState.ServerTxn));
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void ServerUpgradedOnMailbox(StreamTransport transport)
    {
        if (transport != _transport)
            return;
        try
        {
            _isUpgraded = true;
            WatchLivenessOnMailbox();
            Deliver(new SsStateChange(SsState.ServerUpgrade));
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void WritableOnMailbox(StreamTransport transport, bool due)
    {
        if (transport != _transport)
            return;
        try
        {
            _txWanted |= due;
            PumpOnMailbox();
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // Of how a second connection came to be the handler hears when it takes over.
        if (transport == _next && (flags & SsRxFlags.PerfJson) != 0)
            _nextReport = payload.ToArray();
        if (transport != _transport)
            return;
        try
        {
            if (_isCreditManual && payload.Length > 0 && (flags & SsRxFlags.PerfJson) == 0)
            {
                Interlocked.Exchange(ref _credit, _credit - payload.Length);
                PauseOnMailbox();
            }

            DeliverReceived(payload, flags);
            if ((flags & (SsRxFlags.EndOfMessage | SsRxFlags.PerfJson)) == SsRxFlags.EndOfMessage)
                _runtime.Faults?.MessageReceived(StreamType);
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void UserStateOnMailbox(StreamTransport transport, SsState state, int status)
    {
        if (transport != _transport)
            return;
        try
        {
            Deliver(new SsStateChange(state, SsCause.None, status));
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void RestartedOnMailbox(StreamTransport transport, TransportFailure reason)
    {
        if (transport != _transport)
            return;
        try
        {
            Deliver(new SsStateChange(SsState.Connecting, new SsCause(reason.Phase, reason.Code) { Attempt = _failures + 1, Status = reason.Status }, 0));
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message = 0)
    {
        if (transport != _transport)
            return;
        try
        {
            _failures = 0;
            _domain?.Succeeded();
            _timer?.CancelOnMailbox();
            if (transport.IsTransactional)
            {
                // From here on, a transmit request is about the next transaction.
                _transactionOver = true;
                ForgetTransmitOnMailbox();
            }

            var cause = refusal is null ? SsCause.None : Report(SsState.QosNackRemote, refusal, delay: null, transport.IsTransactional ? SsNextAction.Idle : SsNextAction.None);
            Deliver(new SsStateChange(ack ? SsState.QosAckRemote : SsState.QosNackRemote, cause, status) { Message = message });
            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    public void ClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
    {
        if (transport == _next)
            ReplacementClosedOnMailbox(transport, failure);
        if (transport != _transport)
            return;
        try
        {
            if (GoesOnElsewhereOnMailbox())
            {
                SettleOnMailbox();
                return;
            }

            if (_connected)
            {
                ConnectionEndedOnMailbox(failure, stayIdle: false);
            }
            else
            {
                LetTransportGoOnMailbox();
                AttemptFailedOnMailbox(failure ?? Failures.PeerClosed());
            }

            SettleOnMailbox();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }
}
