using System.Buffers;
using System.IO.Pipelines;

namespace SecureStreams;

/// <summary>
/// The bytes of one connection or transaction, both ways. The writer of what arrives and the reader of what leaves are used on the mailbox only; the other ends are the
/// application's.
/// </summary>
internal sealed class PipeSession : IDuplexPipe
{
    private readonly SecureStream _stream;
    private readonly Lock _gate;
    private readonly Pipe _arriving;
    private readonly Pipe _leaving;
    private long _unread;
    private bool _paused;
    private bool _peerDone;
    private bool _endSent;
    private bool _answered;
    private bool _sentAny;
    private HashSet<long>? _unanswered;
    private bool _wrote;
    private bool _connected;
    private bool _readerDone;
    private bool _writerDone;
    private volatile bool _over;
    private SsCause _lastCause;
    private SsStateChange _refusal;
    private SsCause _failure;
    private bool _failed;

    public PipeSession(SecureStream stream, Lock gate)
    {
        _stream = stream;
        _gate = gate;
        var traits = stream.Traits;

        // Reception is paused by the stream's own watermarks, so the pipe itself never pauses.
        _arriving = new Pipe(new PipeOptions(pauseWriterThreshold: 0, resumeWriterThreshold: 0, useSynchronizationContext: false));
        var high = Math.Max(traits.TransmitWatermarkHigh, 2);
        _leaving = new Pipe(new PipeOptions(pauseWriterThreshold: high, resumeWriterThreshold: high / 2, useSynchronizationContext: false));
        Input = new FacadePipeReader(this, stream, _arriving.Reader);
        Output = new FacadePipeWriter(this, stream, _leaving.Writer);
        _connected = stream.State is SsState.Connected or SsState.QosAckRemote or SsState.QosNackRemote;
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Whether its connection has ended, or it will have no other; reception and sending are then no longer its own.</summary>
    public bool IsOver => _over;

    /// <summary>What a read throws when everything that arrived is read; null while the connection lasts and when it ended in order, with nothing refused.</summary>
    public SsStreamException? Failure => Volatile.Read(ref _failed) ? Ending(_failure) : null;

    private bool IsRefused => _refusal.State == SsState.QosNackRemote;

    /// <summary>A piece arrived.</summary>
    public SsResult OnReceive(ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        var traits = _stream.Traits;
        bool discard;
        lock (_gate)
            discard = _readerDone || _peerDone;
        if (!discard && !payload.IsEmpty)
        {
            bool pause;
            lock (_gate)
            {
                _unread += payload.Length;
                pause = _unread >= traits.ReceiveWatermarkHigh;
                _paused |= pause;
            }

            _arriving.Writer.Write(payload);
            var flush = _arriving.Writer.FlushAsync();
            if (flush.IsCompleted)
                flush.GetAwaiter().GetResult();
            if (pause)
                _stream.PauseReceive();
        }

        // The end of an answer is told with the end of its transaction, so that who has read it can begin the next one.
        _answered |= traits.IsTransactional && (flags & SsRxFlags.EndOfMessage) != 0;
        if ((flags & SsRxFlags.PeerEndOfStream) != 0)
            EndInput(null);
        return SsResult.Continue;
    }

    /// <summary>Fills a transmit callback. False when it is nothing of this pipe's.</summary>
    public bool TryTransmit(scoped ref SsTransmit tx, out SsTransmitResult result)
    {
        result = SsTransmitResult.Nothing;
        if (_endSent)
            return _stream.Traits.IsTransactional;

        var traits = _stream.Traits;
        while (_leaving.Reader.TryRead(out var read))
        {
            var left = read.Buffer;
            var room = true;
            while (room && !left.IsEmpty)
            {
                var buffer = tx.Buffer;
                var count = (int)Math.Min(buffer.Length, left.Length);
                if (count == 0)
                    break;
                left.Slice(0, count).CopyTo(buffer);
                left = left.Slice(count);

                // In a lasting connection with messages a piece is a message: whatever is here is sent, and none stays open.
                if (traits is { Acknowledges: true, IsTransactional: false })
                    (_unanswered ??= []).Add(tx.Message);
                tx.Commit(count, traits.IsTransactional ? (_sentAny ? SsTxFlags.None : SsTxFlags.StartOfMessage) : SsTxFlags.WholeMessage);
                _sentAny = true;
                result = SsTransmitResult.Send;
                room = tx.MoreRoom;
            }

            // Asked before it is given back: afterwards its parts may hold what is written next.
            var more = !left.IsEmpty;
            _leaving.Reader.AdvanceTo(left.Start);
            if (more || (read.IsCompleted && !room))
            {
                _stream.RequestTransmit();
                return true;
            }

            if (read.IsCompleted)
            {
                EndOutput(ref tx, traits, ref result);
                return true;
            }
        }

        return result == SsTransmitResult.Send || traits.IsTransactional;
    }

    /// <summary>What the stream has told its handler.</summary>
    public SsResult OnState(in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Unreachable or SsState.AuthFailed:
                _lastCause = change.Cause;
                break;
            case SsState.Connecting when _sentAny:
                // What has left cannot be taken back, and a transaction is never resumed in the middle.
                Fail(change.Cause.IsNone ? _lastCause : change.Cause);
                return SsResult.Disconnect;
            case SsState.Connected:
                _connected = true;
                AskTransmit();
                break;
            case SsState.QosAckRemote:
                _unanswered?.Remove(change.Message);
                break;
            case SsState.QosNackRemote:
                Refused(change);
                break;
            case SsState.Disconnected:
                Ended(change.Cause);
                break;
            case SsState.AllRetriesFailed:
                Fail(change.Cause);
                break;
        }

        return SsResult.Continue;
    }

    /// <summary>There is no connection, and will be none.</summary>
    public void Fail(SsCause cause)
    {
        if (_over)
            return;
        _over = true;
        EndInput(cause);
        StopOutput(cause);
    }

    /// <summary>The application looked at <paramref name="bytes"/> more.</summary>
    public void Read(long bytes)
    {
        lock (_gate)
        {
            _unread -= bytes;
            if (!_paused || _unread > _stream.Traits.ReceiveWatermarkLow)
                return;
            _paused = false;
        }

        Call(static stream => stream.ResumeReceive());
    }

    /// <summary>The application wants no more bytes; what comes is dropped.</summary>
    public void ReaderDone()
    {
        bool resume;
        lock (_gate)
        {
            if (_readerDone)
                return;
            _readerDone = true;
            resume = _paused;
            _paused = false;
        }

        if (resume)
            Call(static stream => stream.ResumeReceive());
        CloseIfDone();
    }

    /// <summary>The application sends no more. With an error, what it sent is not to pass for whole: the connection is dropped.</summary>
    public void WriterDone(Exception? error)
    {
        lock (_gate)
        {
            if (_writerDone)
                return;
            _writerDone = true;
        }

        if (_over)
            return;
        if (error is null)
            AskTransmit();
        else
            Call(static stream => stream.Disconnect());
        CloseIfDone();
    }

    /// <summary>The application flushed bytes.</summary>
    public void Wrote()
    {
        Volatile.Write(ref _wrote, true);
        AskTransmit();
    }

    /// <summary>Bytes, or the end, are there to be sent. The connection may end before the stream takes note of it, so the stream asks again whether a pipe is in use.</summary>
    public void AskTransmit()
    {
        if (!_over)
            Call(static stream => stream.RequestPipeTransmit());
    }

    private void EndOutput(scoped ref SsTransmit tx, in SsStreamTraits traits, ref SsTransmitResult result)
    {
        _endSent = true;
        if (traits.IsTransactional)
        {
            tx.Commit(0, _sentAny ? SsTxFlags.EndOfMessage : SsTxFlags.WholeMessage);
            result = SsTransmitResult.Send;
        }
        else if (traits.CanHalfClose)
        {
            tx.Commit(0, SsTxFlags.EndOfStream);
            result = SsTransmitResult.Send;
        }

        _sentAny = true;
        CloseIfDone();
    }

    /// <summary>Both sides are done with it: a lasting connection is closed, a transaction ends by itself.</summary>
    private void CloseIfDone()
    {
        bool close;
        lock (_gate)
        {
            close = !_over && _readerDone && _writerDone && ((!_connected && !_wrote) || (_endSent && !_stream.Traits.IsTransactional));
        }

        if (close)
            Call(static stream => stream.Disconnect());
    }

    private void Ended(SsCause cause)
    {
        if (_over)
            return;
        _over = true;
        var traits = _stream.Traits;
        var inOrder = _answered || cause.Code == SsCauseCode.Completed || (cause.Code == SsCauseCode.PeerClosed && !traits.IsTransactional);

        // Whoever writes on must learn of it, however the connection ended.
        StopOutput(cause);
        if (traits.IsTransactional && cause.NextAction == SsNextAction.Retry)
            _stream.Disconnect();

        // Last: whoever sees it may begin anew at once.
        EndInput(inOrder && !IsRefused ? null : cause);
    }

    /// <summary>The peer refused the transaction, or a piece sent here: its end is no end in order, and what would follow is of no use to anybody.</summary>
    private void Refused(in SsStateChange change)
    {
        if (_stream.Traits.IsTransactional)
        {
            // Told with its end, which comes next.
            _refusal = change;
        }
        else if (_unanswered?.Remove(change.Message) == true && !IsRefused)
        {
            _refusal = change;
            StopOutput(change.Cause);
        }
    }

    /// <summary>Nothing more can be sent; who writes is told why.</summary>
    private void StopOutput(SsCause cause)
    {
        _endSent = true;
        _leaving.Reader.Complete(Ending(cause));
    }

    private void EndInput(SsCause? failure)
    {
        lock (_gate)
        {
            if (_peerDone)
                return;
            _peerDone = true;
            if (failure is { } cause)
            {
                _failure = cause;
                Volatile.Write(ref _failed, true);
            }
        }

        _arriving.Writer.Complete();
    }

    /// <summary>A refusal comes before the end of what was refused, and is its reason.</summary>
    private SsStreamException Ending(SsCause cause) => IsRefused
        ? new SsNackException(
            $"The peer refused what stream {_stream.StreamType}#{_stream.Id} sent{(_refusal.Ack == 0 ? "" : $", with status {_refusal.Ack}")}; a new pipe begins anew.", _refusal.Cause, _refusal.Ack)
        : new SsStreamException($"The connection of stream {_stream.StreamType}#{_stream.Id} has ended; a new pipe gets a new one.", cause);

    private void Call(Action<SecureStream> call)
    {
        try
        {
            call(_stream);
        }
        catch (ObjectDisposedException)
        {
            // Destroying has ended both ways already, or is about to.
        }
    }
}
