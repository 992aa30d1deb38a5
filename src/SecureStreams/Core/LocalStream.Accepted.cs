using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>
/// A stream that is born with its connection, because a peer came: a listener accepts it. No connect cycle ever begins, nothing is retried, and the end of the connection is
/// the end of the stream.
/// </summary>
internal sealed partial class LocalStream
{
    private bool _isAccepted;
    private volatile bool _isUpgraded;
    private bool _hasReceived;

    /// <summary>Whether a listener accepted it.</summary>
    internal bool IsAccepted => _isAccepted;

    /// <summary>
    /// Asks the application for a handler and delivers Creating and Connecting, all on the caller's thread, which is inside the mailbox since construction; the rest runs on
    /// the scheduler. Called once, in place of <see cref="Create"/>. It never throws.
    /// </summary>
    /// <param name="accept">The application's; a stream without handler is refused and told nothing.</param>
    /// <param name="connect">Makes the transport of the connection that is there; not called for a stream that is refused.</param>
    /// <returns>Whether it was accepted. One that was not is gone.</returns>
    public bool Accept(Func<SecureStream, SecureStreamHandler?> accept, Func<TransportSetup, StreamTransport> connect)
    {
        _isAccepted = true;
        try
        {
            if (HandlerFrom(accept) is not { } handler)
            {
                _destroyed = true;
                OnForgotten(LocalDestroy, destroyed: true);
                Gone();
                return false;
            }

            // Not the field itself: what was awaited inside accept already stays in front of it.
            ChangeHandlers(handler);
            foreach (var state in (ReadOnlySpan<SsState>)[SsState.Creating, SsState.Connecting])
            {
                Deliver(new SsStateChange(state));
                if (!InterruptedOnMailbox())
                    continue;
                DestroyOnMailbox(LocalDestroy);
                return false;
            }

            _transport = connect(SetupOnMailbox());
            _transport.StartOnMailbox();
            if (_wants != Wants.None)
                _mailbox.Post(this, (long)StreamCommand.Settle);
            return true;
        }
        catch (Exception error)
        {
            // What could not start is not waited for.
            var broken = _transport;
            _transport = null;
            Try(_ => broken?.CloseOnMailbox());
            OnFault(error);
            return false;
        }
        finally
        {
            _mailbox.ExitToScheduler();
        }
    }

    /// <summary>The listener is ending: the application may finish what is under way. From any thread.</summary>
    public void TellDraining() => _mailbox.Post(new MailboxAction<bool>(true, TellDrainingOnMailbox, SettleOnMailbox));

    private void TellDrainingOnMailbox(bool draining)
    {
        if (!_destroyed)
            Deliver(new SsStateChange(SsState.EventWaitCancelled, new SsCause(SsPhase.Local, SsCauseCode.ListenerDraining) { NextAction = SsNextAction.Destroy }, 0));
    }

    private SecureStreamHandler? HandlerFrom(Func<SecureStream, SecureStreamHandler?> accept)
    {
        try
        {
            return accept(this);
        }
        catch (Exception error)
        {
            CoreLog.HandlerThrew(_runtime.Logger, error, StreamType, Id, "accept");
            return null;
        }
    }

    /// <summary>The connection of an accepted stream is over, or did not come to be.</summary>
    private void AcceptedOverOnMailbox(TransportFailure? failure)
    {
        var state = _connected ? SsState.Disconnected : SsState.Destroying;
        if (failure is null && _transport is { IsTransactional: true })
        {
            DestroyOnMailbox(new SsCause(SsPhase.Protocol, SsCauseCode.Completed) { NextAction = SsNextAction.Destroy });
            return;
        }

        var cause = Report(state, failure ?? Failures.PeerClosed(), delay: null, SsNextAction.Destroy);
        if (!_connected && cause.Phase != SsPhase.Local && _transport is not { IsTransactional: true })
            _runtime.Trials.Result(StreamType, _policy, good: false, _lastDetail);
        else if (_connected && !_hasReceived && cause.Phase is not (SsPhase.Local or SsPhase.Timeout) && Volatile.Read(ref _connection) is { TlsTime.Ticks: > 0 })
            _runtime.Trials.Result(StreamType, _policy, good: false, _runtime.Trials.Current is null ? null : FailureReporter.Note(_runtime, StreamType, _policy, state, Failures.LeftAfterHandshake()), afterAll: true);
        DestroyOnMailbox(cause);
    }
}
