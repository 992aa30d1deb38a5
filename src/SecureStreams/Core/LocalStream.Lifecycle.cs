using SecureStreams.Implementation;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>The life cycle: creation, connect cycles, carrying out what was asked for. How attempts, connections and streams end is in <c>LocalStream.Endings.cs</c>.</summary>
internal sealed partial class LocalStream
{
    private ConnectCycle? _cycle;
    private ConnectCycle? _spareCycle;
    private TransportSetup? _lastSetup;
    private StreamTransport? _transport;
    private Task _transportsDone = Task.CompletedTask;
    private bool _connected;
    private bool _transactionOver;
    private bool _destroyed;
    private bool _settling;
    private int _failures;

    // The application was told of a cycle and not yet how it ended: Connected and AllRetriesFailed settle it.
    private bool _owesEnd;

    // What destruction waits for: the stream itself until it is destroyed, and every cycle whose execution has not ended.
    private int _running = 1;

    // Asked for while a finished transaction was still closing, or owed by a policy that was taken back: carried out right after it.
    private Wants _afterTransaction;

    private bool IsAttempting => _cycle is { IsWaiting: false } && !_awaitsAdmission;

    private bool IsWaiting => _cycle is { IsWaiting: true } || _awaitsAdmission;

    /// <summary>
    /// Delivers Creating on the creator's thread, which is inside the mailbox since construction; anything that follows runs on the scheduler. Throws when the
    /// handler refuses. Called once, or <see cref="Abandon"/> is.
    /// </summary>
    public void Create(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        try
        {
            foreach (var (name, value) in metadata)
                _metadata.SetOnMailbox(_metadata.Check(name, value), value);
        }
        catch
        {
            Abandon();
            throw;
        }

        try
        {
            Deliver(new SsStateChange(SsState.Creating));
            if ((_wants & (Wants.Destroy | Wants.Fault)) != 0)
            {
                DestroyOnMailbox(LocalDestroy);
                throw new SsCreationRefusedException(
                    _handlerError is null ? $"The handler refused the stream of streamtype '{StreamType}' in Creating." : $"The handler of streamtype '{StreamType}' threw in Creating: {_handlerError.Message}",
                    _handlerError);
            }

            _wants &= ~(Wants.Drop | Wants.Disconnect);
            if (_policy.NailedUp)
                Request(Wants.Connect);
            if (_wants != Wants.None)
                _mailbox.Post(this, (long)StreamCommand.Settle);
        }
        finally
        {
            _mailbox.ExitToScheduler();
        }
    }

    /// <summary>Ends a stream that was never created: its handler is told nothing.</summary>
    public void Abandon()
    {
        _destroyed = true;
        Gone();
        _mailbox.ExitToScheduler();
    }

    /// <summary>Begins the next attempt of <paramref name="cycle"/>.</summary>
    public void BeginAttemptOnMailbox(ConnectCycle cycle, bool poll)
    {
        _mailbox.AssertCurrent();
        if (cycle != _cycle || _destroyed)
        {
            cycle.EndAttemptOnMailbox(default);
            return;
        }

        // Now, because the budget is that of the peer which the policy names; and again after a wait for it.
        var refusal = FollowPolicyOnMailbox();
        if (refusal is null && !AdmitOnMailbox(poll))
            return;
        RunAttemptOnMailbox(poll, refusal);
    }

    private void RunAttemptOnMailbox(bool poll, TransportFailure? refusal)
    {
        _metadata.ClearReceivedOnMailbox();
        _transactionOver = false;
        _owesEnd = true;
        if (poll)
            Deliver(new SsStateChange(SsState.Poll));
        if (!InterruptedOnMailbox())
            Deliver(new SsStateChange(SsState.Connecting));
        if (!InterruptedOnMailbox())
        {
            try
            {
                // Nothing of a transport can be under way here, so starting it cannot deliver anything before this returns.
                _transport = refusal is null ? _runtime.Transports.Create(SetupOnMailbox()) : new FailingTransport(SetupOnMailbox(), refusal);
                _transport.StartOnMailbox();
                if (_transport.IsTransactional)
                    WatchLivenessOnMailbox();
            }
            catch (Exception error)
            {
                // Caught here, since the caller is the retry pipeline, which takes exceptions for outcomes. What could not start is not waited for.
                var broken = _transport;
                _transport = null;
                Try(_ => broken?.CloseOnMailbox());
                OnFault(error);
                return;
            }
        }

        SettleOnMailbox();
    }

    private bool InterruptedOnMailbox() => (_wants & (Wants.Drop | Wants.Disconnect | Wants.Fault | Wants.Destroy)) != 0;

    /// <summary>Carries out what callbacks and callers asked for, until nothing is left. Every turn on the mailbox ends here.</summary>
    private void SettleOnMailbox()
    {
        if (_nextIsReady)
            SwitchOnMailbox();
        if (_settling || _wants == Wants.None)
            return;

        _settling = true;
        try
        {
            while (_wants != Wants.None && !_destroyed)
            {
                if (Take(Wants.Destroy))
                    DestroyOnMailbox(LocalDestroy);
                else if (Take(Wants.Disconnect))
                    DropOnMailbox(Failures.LocalDisconnect(), byCall: true);
                else if (Take(Wants.Fault))
                    FaultOnMailbox();
                else if (Take(Wants.Drop))
                    DropOnMailbox(Failures.LocalDisconnect(), byCall: false);
                else if (Take(Wants.Connect))
                    ConnectOnMailbox();
                else if (Take(Wants.Poll))
                    PollOnMailbox();
            }
        }
        finally
        {
            _settling = false;
        }
    }

    private bool Take(Wants want)
    {
        var wanted = (_wants & want) != 0;
        _wants &= ~want;
        return wanted;
    }

    private void ConnectOnMailbox()
    {
        if (_transport is not null)
        {
            // Connecting or connected: nothing to do, unless the transaction is over and only its end is still to be told.
            if (_transactionOver)
                _afterTransaction |= Wants.Connect;
            return;
        }

        _failures = 0;
        _mends = false;

        // One that waits for its turn with the governor keeps its place.
        if (!_awaitsAdmission)
            StartCycleOnMailbox(poll: false, carried: null);
    }

    private void PollOnMailbox()
    {
        if (_transport is not null)
        {
            if (_transactionOver)
                _afterTransaction |= Wants.Poll;
        }
        else if (_cycle is null)
        {
            StartCycleOnMailbox(poll: true, carried: null);
        }
    }

    private void StartCycleOnMailbox(bool poll, AttemptOutcome? carried)
    {
        EndCycleOnMailbox();
        var cycle = _cycle = _spareCycle ?? new ConnectCycle(this, _mailbox, _runtime.Platform.Time);
        _spareCycle = null;
        Interlocked.Increment(ref _running);
        cycle.StartOnMailbox(poll, carried);
    }

    /// <summary>The execution of <paramref name="cycle"/> is over.</summary>
    public void CycleEnded(ConnectCycle cycle, Exception? defect)
    {
        // Without this the stream would wait for ever for a cycle that is gone.
        if (defect is not null)
            _mailbox.Post(new MailboxAction<Exception>(defect, OnFault));

        // Worth keeping where transactions follow one another; a connection that lasts needs none for as long as it does.
        if (_mailbox.IsCurrent && cycle != _cycle && _transport is { IsTransactional: true } && cycle.MayServeAgain)
            _spareCycle = cycle;
        EndOne();
    }

    /// <summary>An attempt could not even begin, because of a defect.</summary>
    public void CycleBroke(Exception defect) => OnFault(defect);

    /// <summary>The setup of the next transport; the last one again when nothing in it has changed.</summary>
    private TransportSetup SetupOnMailbox()
    {
        if (_lastSetup is not { } last || last.Policy != (object)_policy || last.TransmitLength != _txLength || last.ReceivePaused != _receivePaused)
            _lastSetup = last = new TransportSetup(_mailbox, this, _policy, _metadata, _txLength, _receivePaused);
        return last.Activity == _trace?.Attempt ? last : last with { Activity = _trace?.Attempt };
    }
}
