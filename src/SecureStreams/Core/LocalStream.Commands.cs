namespace SecureStreams.Core;

/// <summary>What callers asked for, carried out on the mailbox: commands, transmit requests, the timer, metadata.</summary>
internal sealed partial class LocalStream
{
    /// <summary>How many tx callbacks one pump makes before other work of the stream gets its turn.</summary>
    private const int PumpBatch = 64;

    private bool _txWanted;
    private long? _txLength;
    private bool _pumping;
    private bool _receivePaused;
    private bool _applicationPaused;
    private bool _isCreditManual;
    private long _credit;

    private void CarryOutOnMailbox(StreamCommand command)
    {
        if (_destroyed)
            return;

        switch (command)
        {
            case StreamCommand.Connect:
                // Judged by the moment of the call: what is connecting then does nothing more about it, even if the attempt fails before the turn ends.
                if (!IsAttempting || State is not (SsState.Poll or SsState.Connecting) || InterruptedOnMailbox())
                    Request(Wants.Connect);
                break;
            case StreamCommand.PipeTransmit when !HasPipe:
                break;
            case StreamCommand.RequestTransmit or StreamCommand.PipeTransmit:
                // A length that was announced for a message that never left is not that of a new one.
                if (_transport is null && _cycle is null && (_wants & Wants.Poll) == 0)
                    _txLength = null;
                TransmitOnMailbox();
                break;
            case StreamCommand.Disconnect:
                // In order: it takes back what was asked for before it, and what is asked for after it comes after it, even in the same callback.
                ForgetTransmitOnMailbox();
                var takenBack = _transport is null && _cycle is null && (_wants & (Wants.Connect | Wants.Poll)) != 0;
                _wants &= ~(Wants.Connect | Wants.Poll);
                _afterTransaction = Wants.None;
                Request(Wants.Disconnect);

                // Nothing is under way, so no state will tell it to what is awaited.
                if (takenBack)
                    OnForgotten(new SsCause(SsPhase.Local, SsCauseCode.LocalDisconnect) { NextAction = SsNextAction.Idle }, destroyed: false);
                break;
            case StreamCommand.Destroy:
                Request(Wants.Destroy);
                break;
            case StreamCommand.CancelTimeout:
                _timer?.CancelOnMailbox();
                break;
            case StreamCommand.PauseReceive:
                _applicationPaused = true;
                PauseOnMailbox();
                break;
            case StreamCommand.ResumeReceive:
                _applicationPaused = false;
                PauseOnMailbox();
                break;
            case StreamCommand.Pump:
                PumpOnMailbox();
                break;
            case StreamCommand.Admitted:
                AdmittedOnMailbox();
                break;
            case StreamCommand.CheckLiveness:
                CheckLivenessOnMailbox();
                break;
            case StreamCommand.PolicyChanged:
                PolicyChangedOnMailbox();
                break;
            case StreamCommand.Replace:
                TryReplacementOnMailbox();
                break;
            case StreamCommand.NetworkChanged:
                NetworkChangedOnMailbox();
                break;
            case StreamCommand.Settle:
                break;
        }
    }

    private void RequestTransmitOnMailbox(long length)
    {
        if (_destroyed)
            return;
        if (_transport is { } transport && !transport.AnnounceLengthOnMailbox(length))
        {
            ForgetTransmitOnMailbox();
            return;
        }

        _txLength = length;
        TransmitOnMailbox();
    }

    private void TransmitOnMailbox()
    {
        _txWanted = true;
        if (_transport is null || _transactionOver || (_wants & Wants.Disconnect) != 0)
            Request(Wants.Poll);
        else if (!_pumping && _transport.Writer.IsWritable)
            _mailbox.Post(this, (long)StreamCommand.Pump);
    }

    private void ServerAckOnMailbox(int status) => _transport?.ServerAckOnMailbox(status);

    private void ForgetTransmitOnMailbox()
    {
        _txWanted = false;
        _txLength = null;
    }

    /// <summary>Calls tx for as long as the application asks and the transport takes; what was released leaves in one write.</summary>
    private void PumpOnMailbox()
    {
        if (_pumping || _transport is not { } transport)
            return;

        _pumping = true;
        var calls = 0;
        try
        {
            while (_txWanted && transport == _transport && !InterruptedOnMailbox() && transport.Writer.IsWritable)
            {
                var released = false;
                do
                {
                    _txWanted = false;
                    released |= DeliverTransmit(transport.Writer);
                    calls++;
                }
                while (_txWanted && transport.Writer.MoreRoom && calls < PumpBatch && !InterruptedOnMailbox());

                if (released && !transport.Writer.FlushOnMailbox())
                    break;
                if (calls >= PumpBatch)
                {
                    _mailbox.Post(this, (long)StreamCommand.Pump);
                    break;
                }
            }
        }
        finally
        {
            _pumping = false;
        }
    }

    /// <summary>Reception rests while the application asks for it, and while the peer has used up the credit that the application gave it.</summary>
    private void PauseOnMailbox()
    {
        var paused = _applicationPaused || (_isCreditManual && _credit <= 0);
        if (_receivePaused == paused)
            return;
        _receivePaused = paused;
        if (!paused)
            SilenceBeginsOnMailbox();
        _transport?.PauseReceiveOnMailbox(paused);    }

    private void AddCreditOnMailbox(long bytes)
    {
        if (!_isCreditManual || _destroyed)
            return;
        var credit = _credit + bytes;
        Interlocked.Exchange(ref _credit, credit < _credit ? long.MaxValue : credit);
        PauseOnMailbox();
    }

    private void StartTimeoutOnMailbox(TimeSpan timeout)
    {
        var due = timeout == FromPolicy ? _live.Timeout : timeout;
        if (_destroyed || due is not { } when)
            return;
        _timer ??= new StreamTimer(_runtime.Platform.Time, _mailbox, TimeoutFiredOnMailbox);
        _timer.StartOnMailbox(when);
        _timeoutSince = timeout == FromPolicy ? _runtime.Platform.Time.GetTimestamp() : null;
    }

    private void TimeoutFiredOnMailbox()
    {
        if (_destroyed)
            return;
        Deliver(new SsStateChange(SsState.Timeout, new SsCause(SsPhase.Timeout, SsCauseCode.ApplicationTimeout), 0));
        SettleOnMailbox();
    }

    private void SetMetadataOnMailbox((string Name, string Value) item) => _metadata.SetOnMailbox(item.Name, item.Value);
}
