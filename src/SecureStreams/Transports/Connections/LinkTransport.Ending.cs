using System.Globalization;
using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Network;

namespace SecureStreams.Transports.Connections;

/// <remarks>One timer at a time, for whatever the connection is waiting for.</remarks>
internal abstract partial class LinkTransport : IMailboxWork
{
    private ITimer? _timer;
    private Bound _bound;
    private TimeSpan _due;
    private TimeSpan _wanted;
    private TimeSpan? _mostLeft;
    private long _since;
    private long _silentSince;
    private long _sentBefore;
    private long _halfOpenSince;
    private TransportFailure? _writeFailure;
    private long _writeFailed;
    private bool _writeWaits;
    private TransportFailure? _ifSilent;
    private WriteWatch? _writeWatch;
    private Action? _afterGrace;

    private enum Bound
    {
        None,
        Attempt,
        HalfOpen,
        LastWords,
        Flush,
        Linger,
        Grace,
        Silence,
    }

    void ILinkOutputOwner.DrainedOnMailbox()
    {
        SilenceBeginsOnMailbox();
        if (!HasLetGo)
            WritableOnMailbox();
    }

    void ILinkOutputOwner.EndSentOnMailbox()
    {
        SilenceBeginsOnMailbox();
        if (_peerEnded || (_letGo && EndsFirstOnMailbox))
            EndOnMailbox(null);
        else if (_letGo)
            StartTimer(Bound.Linger, LinkDefaults.CloseLinger);
    }

    void ILinkOutputOwner.WriteFailedOnMailbox(Exception error)
    {
        _writeFailure = Explain(error, "sending");
        _writeFailed = Links.Time.GetTimestamp();
        if (_peerEnded || _letGo)
            EndOnMailbox(_writeFailure);
        else
            AwaitLastWordsOnMailbox();
    }

    void ILinkOutputOwner.WriteWaitsOnMailbox()
    {
        _writeWaits = true;
        WatchWriteOnMailbox();
    }

    void ILinkOutputOwner.WriteWaitedOnMailbox()
    {
        _writeWaits = false;
        _writeWatch?.EndOnMailbox();
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        // From a timer that may have been replaced meanwhile: what stands now decides.
        if (_bound == Bound.None || _over)
            return;
        var left = _due - Links.Time.GetElapsedTime(_since);
        if (left > TimeSpan.Zero)
        {
            StartTimer(_bound, left);
            return;
        }

        switch (_bound)
        {
            case Bound.Attempt:
                EndOnMailbox(Refine(AttemptTimedOutOnMailbox() with { Endpoint = _endpoint }));
                break;
            case Bound.HalfOpen:
                HalfOpenDueOnMailbox();
                break;
            case Bound.LastWords:
                EndOnMailbox(_writeFailure);
                break;
            case Bound.Silence:
                SilenceDueOnMailbox();
                break;
            case Bound.Grace when _afterGrace is { } after:
                after();
                break;
            default:
                // The peer takes nothing, or does not end: it has had its time.
                EndOnMailbox(null);
                break;
        }
    }

    /// <summary>Nothing more is sent after what was released; the connection then waits for the peer's end, which after the stream has let go is bounded.</summary>
    protected void EndSendingOnMailbox()
    {
        if (_letGo)
            StartTimer(Bound.Flush, LinkDefaults.CloseFlush);
        if (Output.HasEnded)
        {
            ((ILinkOutputOwner)this).EndSentOnMailbox();
            return;
        }

        Output.EndOnMailbox();
        Output.FlushOnMailbox();
    }

    /// <summary>The connection ends at once when <paramref name="grace"/> has passed, unless it ended before.</summary>
    /// <param name="grace">How long it is waited.</param>
    /// <param name="instead">Called instead of the end; null for none.</param>
    protected void EndWithinOnMailbox(TimeSpan grace, Action? instead = null)
    {
        _afterGrace = instead;
        StartTimer(Bound.Grace, grace);
    }

    /// <summary>As <see cref="EndWithinOnMailbox"/>, while the attempt is under way: no later than its bound.</summary>
    protected void EndWithinAttemptOnMailbox(TimeSpan grace, Action? instead)
    {
        var left = _bound == Bound.Attempt ? _due - Links.Time.GetElapsedTime(_since) : grace;
        EndWithinOnMailbox(left >= grace ? grace : left > TimeSpan.Zero ? left : TimeSpan.Zero, instead);
    }

    /// <summary>
    /// The connection ends because of <paramref name="failure"/> when nothing is heard from the peer for <paramref name="bound"/>, unless it ended before. While reception rests
    /// nothing can be heard, and while what was released has not left nobody owes an answer to it: the silence begins anew after either.
    /// </summary>
    protected void EndUnlessHeardOnMailbox(TransportFailure? failure, TimeSpan bound) => AwaitOnMailbox(failure, bound, most: null);

    /// <summary>
    /// As <see cref="EndUnlessHeardOnMailbox"/>, of a connection that ends in order for another: a peer that goes on, or takes nothing, is not waited for without end either. Only how
    /// long reception rests is the application's to say.
    /// </summary>
    /// <param name="ifSilent">What it means when the peer falls silent; null for an end in order.</param>
    protected void FinishWithinOnMailbox(TransportFailure? ifSilent) => AwaitOnMailbox(ifSilent, LinkDefaults.FinishSilence, LinkDefaults.Finish);

    /// <summary>How long what had arrived when a write failed is kept for a stream that pauses its reception.</summary>
    protected virtual TimeSpan LastWordsAtRest => LinkDefaults.LastWordsAtRest;

    /// <summary>What the peer has said already that it ends for, whatever becomes of the connection then; null for nothing.</summary>
    protected virtual TransportFailure? Verdict => null;

    /// <summary>What it means that TLS was cut, in a protocol that knows whether anything is missing.</summary>
    /// <param name="failure">What it means where that is unknown.</param>
    protected virtual TransportFailure CutOnMailbox(TransportFailure failure) => failure;

    /// <summary>What a protocol knows better of a failure to connect, or of a connection that broke.</summary>
    protected virtual TransportFailure Refine(TransportFailure failure) => failure;

    /// <summary>What <paramref name="failure"/> means on a connection with TLS: before its first word a server may still be looking at this side's certificate.</summary>
    protected TransportFailure Meaning(TransportFailure failure) => _stream is TlsStream tls ? tls.Explain(failure) : failure;

    /// <summary>A failure of the connection that the peer is the cause of.</summary>
    protected TransportFailure Peer(SsCauseCode code, string message) => new(SsPhase.Peer, code, message) { Endpoint = _endpoint };

    private void PeerHasEndedOnMailbox()
    {
        _peerEnded = true;
        WatchWriteOnMailbox();
        if (_writeFailure is not null)
        {
            EndOnMailbox(_writeFailure);
            return;
        }

        if (HasLetGo)
            PeerEndedTooLateOnMailbox();
        else
            PeerEndedOnMailbox();
        if (_over)
            return;
        if (Output.HasEnded || _wire!.IsPeerGone)
        {
            EndOnMailbox(null);
        }
        else if (_plan.HalfOpen == TimeSpan.Zero)
        {
            // What was committed is still sent: that the peer takes it is watched where the write waits.
            EndSendingOnMailbox();
        }
        else if (!_letGo && _bound != Bound.Silence)
        {
            WatchHalfOpenOnMailbox();
        }
    }

    /// <summary>A server bounds every write. A client's may take as long as the peer likes, which other bounds judge, until the peer has ended its side: nothing is heard of it any more then.</summary>
    private void WatchWriteOnMailbox()
    {
        if (_over || !_writeWaits)
            return;
        if (_plan.WriteTimeout is { } most)
            WatchWriteOnMailbox(most);
        else if (_peerEnded && !_plan.IsServer)
            WatchWriteOnMailbox(LinkDefaults.WriteAfterPeerEnd);
    }

    private void WatchWriteOnMailbox(TimeSpan most)
    {
        _writeWatch ??= new WriteWatch(Links.Time, most, Setup.Mailbox, WriteTookTooLongOnMailbox);
        if (!_writeWatch.Waits)
            _writeWatch.BeginOnMailbox();
    }

    /// <summary>Nothing can be sent any more: what has arrived is still delivered, if the stream takes it in time.</summary>
    private void AwaitLastWordsOnMailbox()
    {
        var passed = Links.Time.GetElapsedTime(_writeFailed);
        var left = LinkDefaults.LastWordsAtRest - passed; // However often it comes to rest and goes on.
        var due = IsResting ? LastWordsAtRest - passed : left < LinkDefaults.LastWords ? left : LinkDefaults.LastWords;
        if (due > TimeSpan.Zero)
            StartTimer(Bound.LastWords, due);
        else
            EndOnMailbox(_writeFailure);
    }

    private void AwaitOnMailbox(TransportFailure? ifSilent, TimeSpan bound, TimeSpan? most)
    {
        // An end that is under way already has bounds of its own.
        if (HasLetGo || _writeFailure is not null)
            return;
        _ifSilent = ifSilent;
        _wanted = bound;
        _mostLeft = most;
        StartTimer(Bound.Silence, bound);
        SilenceBeginsOnMailbox();
    }

    private void SilenceBeginsOnMailbox()
    {
        if (_bound == Bound.Silence)
            _silentSince = Links.Time.GetTimestamp();
    }

    private void SilenceDueOnMailbox()
    {
        if (IsResting)
        {
            StartTimer(Bound.Silence, _wanted);
            return;
        }

        _mostLeft -= Links.Time.GetElapsedTime(_since);
        if (_mostLeft <= TimeSpan.Zero)
        {
            EndOnMailbox(NotFinished());
            return;
        }

        var silence = Output.IsBusy ? TimeSpan.Zero : Links.Time.GetElapsedTime(Math.Max(_wire!.LastHeard, _silentSince));
        if (silence >= _wanted)
            EndOnMailbox(_ifSilent);
        else
            StartTimer(Bound.Silence, _mostLeft is { } left && left < _wanted - silence ? left : _wanted - silence);
    }

    private TransportFailure NotFinished() => new(SsPhase.Timeout, SsCauseCode.InactivityTimeout, Output.IsBusy
        ? string.Create(CultureInfo.InvariantCulture, $"The peer did not take what was sent to it within {LinkDefaults.Finish.TotalSeconds:0} s; {Output.Queued} bytes had not left.")
        : string.Create(CultureInfo.InvariantCulture, $"The peer went on sending for {LinkDefaults.Finish.TotalSeconds:0} s after this side had said its last."))
    {
        Endpoint = EndpointOnMailbox,
    };

    private void WatchHalfOpenOnMailbox()
    {
        // A write that is still under way counts from its end; that it has one is watched by itself.
        _sentBefore = Output.IsBusy ? -1 : _wire!.BytesSent;
        _halfOpenSince = Links.Time.GetTimestamp();
        AwaitHalfOpenOnMailbox(_plan.HalfOpen);
    }

    /// <summary>Where it can be known that the peer is gone it is asked now and then, since nothing tells.</summary>
    private void AwaitHalfOpenOnMailbox(TimeSpan left) =>
        StartTimer(Bound.HalfOpen, _wire!.KnowsPeerGone && left > LinkDefaults.AskPeerGone ? LinkDefaults.AskPeerGone : left);

    private void HalfOpenDueOnMailbox()
    {
        var left = _plan.HalfOpen - Links.Time.GetElapsedTime(_halfOpenSince);
        if (_wire!.IsPeerGone)
            EndOnMailbox(null);
        else if (left > TimeSpan.Zero)
            AwaitHalfOpenOnMailbox(left);
        else if (_wire.BytesSent != _sentBefore)
            WatchHalfOpenOnMailbox();
        else
            EndOnMailbox(null);
    }

    /// <summary>Whoever takes nothing is told nothing, and nothing waits for it.</summary>
    private void WriteTookTooLongOnMailbox()
    {
        if (_over)
            return;
        _wire?.Abort();
        EndOnMailbox(new TransportFailure(SsPhase.Timeout, SsCauseCode.InactivityTimeout, _plan.WriteTimeout is { } most
            ? string.Create(CultureInfo.InvariantCulture, $"The client has not taken what was sent to it within {most.TotalSeconds:0.###} s.")
            : string.Create(CultureInfo.InvariantCulture, $"The peer has ended its side, and has not taken what was sent to it within {LinkDefaults.WriteAfterPeerEnd.TotalSeconds:0} s."))
        {
            Attribute = _plan.WriteTimeout is null ? null : "tx_timeout_ms", Endpoint = _endpoint,
        });
    }

    /// <summary>The cause that is told: the first, unless reading found out what TLS had against it.</summary>
    private TransportFailure? Judge(TransportFailure? read)
    {
        if ((_failure ?? Verdict) is { } known)
            return known;
        return read is { Phase: SsPhase.Tls } ? read : _writeFailure ?? read;
    }

    private TransportFailure Explain(Exception error, string what)
    {
        var failure = NetworkErrors.FromException(error, what);
        if (TransportException.Find(error) is null)
            failure = Meaning(failure);
        return Refine(failure.Endpoint is null ? failure with { Endpoint = _endpoint } : failure);
    }

    private void StartTimer(Bound bound, TimeSpan due)
    {
        StopTimer();
        _bound = bound;
        _due = due;
        _since = Links.Time.GetTimestamp();
        _timer = Links.Time.CreateDetachedTimer(static state => ((LinkTransport)state!).TimerFired(), this, due);
    }

    private void StopTimer()
    {
        _bound = Bound.None;
        _timer?.Dispose();
        _timer = null;
    }

    private void TimerFired() => Setup.Mailbox.Post(this);
}
