namespace SecureStreams;

/// <summary>
/// What is awaited of one stream: messages read, messages sent, a pipe. It sees every callback before the stream's handler does, serves those that belong to what is in
/// use, and passes on the rest.
/// </summary>
internal sealed class StreamFacade(SecureStream stream)
{
    private readonly Lock _gate = new();
    private readonly TransmitTap _tap = new();
    private SendQueue? _sends;
    private MessageInbox? _inbox;
    private PipeSession? _pipe;
    private bool _ended;
    private SsCause _endCause;
    private long _broadcastBytes;

    /// <summary>Whether a pipe is in use, and its connection has not ended.</summary>
    public bool HasPipe => Volatile.Read(ref _pipe) is { IsOver: false };

    /// <summary>Refuses what could never complete: the stream does nothing until the callback that asks has returned.</summary>
    public static void ThrowIfInCallback(SecureStream stream, string what)
    {
        if (stream.IsInCallback)
        {
            throw new InvalidOperationException(
                $"{what}, and a callback of stream {stream.StreamType}#{stream.Id} cannot wait for the stream itself: it would wait for ever. Begin it after the callback has returned (Task.Run, or `await Task.Yield()` first), or use the callback's own means: RequestTransmit and OnTransmit to send, OnReceive to receive.");
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, SsSendFlags flags, CancellationToken token)
    {
        SendQueue sends;
        lock (_gate)
        {
            ThrowIfEnded();
            if (_pipe is { IsOver: false })
                throw InUse("SendAsync", "a pipe or Stream");
            sends = _sends ??= new SendQueue(stream, _gate);
        }

        return sends.Send(payload, flags, token);
    }

    /// <summary>Sends what is sent to others too, and tells nobody what became of it.</summary>
    /// <param name="message">The message; it does not change any more.</param>
    /// <param name="maxQueuedBytes">How much of such messages may wait.</param>
    /// <returns>Whether the stream gets it; a stream that is being destroyed is not said to miss it.</returns>
    public bool TryBroadcast(ReadOnlyMemory<byte> message, int maxQueuedBytes)
    {
        if (HasPipe)
            return false;
        if (Interlocked.Add(ref _broadcastBytes, message.Length) is var queued && queued > maxQueuedBytes && queued > message.Length)
        {
            Interlocked.Add(ref _broadcastBytes, -message.Length);
            return false;
        }

        _ = BroadcastAsync(message);
        return true;
    }

    public SsMessageReader Read(SsReadOptions options, CancellationToken token)
    {
        lock (_gate)
        {
            // What was received before the end can still be read.
            if (_inbox is null)
                ThrowIfEnded();
            if (_pipe is { IsOver: false })
                throw InUse("ReadMessagesAsync", "a pipe or Stream");
            if (_inbox is { IsRead: true })
                throw InUse("ReadMessagesAsync", "another ReadMessagesAsync");
            var inbox = _inbox ??= new MessageInbox(stream, _gate);
            inbox.Open(options);
            return new SsMessageReader(inbox, token);
        }
    }

    public PipeSession OpenPipe()
    {
        MessageInbox? unread;
        PipeSession pipe;
        lock (_gate)
        {
            ThrowIfEnded();
            if (_pipe is { IsOver: false })
                throw InUse("A pipe or Stream", "another pipe or Stream");
            if (_inbox is { IsRead: true })
                throw InUse("A pipe or Stream", "ReadMessagesAsync");
            if (_sends is { IsIdle: false })
                throw InUse("A pipe or Stream", "SendAsync");
            (unread, _inbox) = (_inbox, null);
            _pipe = pipe = new PipeSession(stream, _gate);
        }

        // Bytes and messages are not mixed: who goes over to bytes gives up the messages that nobody read.
        unread?.Abandon();
        return pipe;
    }

    public SsResult OnState(SecureStreamHandler inner, in SsStateChange change)
    {
        // What the handler begins in this callback comes after the state, which is none of its own.
        var (inbox, pipe) = (_inbox, _pipe);
        SsResult result;
        try
        {
            result = inner.OnState(stream, change);
        }
        catch
        {
            Serve(inbox, pipe, change);
            throw;
        }

        var own = Serve(inbox, pipe, change);
        return own < result ? own : result;
    }

    public SsResult OnReceive(SecureStreamHandler inner, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // No part of any message, so that it is the handler's alone.
        if ((flags & SsRxFlags.PerfJson) != 0)
            return inner.OnReceive(stream, payload, flags);
        if (_pipe is { IsOver: false } pipe)
            return pipe.OnReceive(payload, flags);
        return _inbox is { } inbox && inbox.OnReceive(payload, flags) ? SsResult.Continue : inner.OnReceive(stream, payload, flags);
    }

    public SsTransmitResult OnTransmit(SecureStreamHandler inner, scoped ref SsTransmit tx)
    {
        var followed = inner != SecureStreamHandler.Idle;
        _tap.Look(tx.Target);
        if (!_tap.IsMessageOpen)
        {
            if (_pipe is { IsOver: false } pipe && pipe.TryTransmit(ref tx, out var piped))
                return piped;
            if (_sends is { } sends && sends.TryTransmit(ref tx, followed, out var sent))
                return sent;
        }

        if (!followed)
            return SsTransmitResult.Nothing;
        var open = _tap.IsMessageOpen;
        var result = _tap.Transmit(inner, stream, ref tx);
        if (open && !_tap.IsMessageOpen && _sends is { IsIdle: false } && !stream.Traits.IsTransactional)
            stream.RequestTransmit();
        return result;
    }

    /// <summary>The stream has gone, or has forgotten what it was asked, and no state told it.</summary>
    public void Forgotten(SsCause cause, bool destroyed)
    {
        lock (_gate)
        {
            if (destroyed && !_ended)
            {
                _ended = true;
                _endCause = cause;
            }
        }

        _sends?.Forgotten(cause, destroyed);
        _pipe?.Fail(cause);
        if (destroyed)
            _inbox?.End();
    }

    private SsResult Serve(MessageInbox? inbox, PipeSession? pipe, in SsStateChange change)
    {
        if (change.State is SsState.Connecting or SsState.Disconnected)
            _tap.Reset();
        if (change.State == SsState.Destroying)
            Forgotten(change.Cause, destroyed: true);
        inbox?.OnState(change);
        var result = pipe is { IsOver: false } ? pipe.OnState(change) : SsResult.Continue;
        var sent = _sends?.OnState(change) ?? SsResult.Continue;
        return sent < result ? sent : result;
    }

    private async Task BroadcastAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            await SendAsync(message, SsSendFlags.None, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SsStreamException or ObjectDisposedException or InvalidOperationException)
        {
            // The stream has ended, which its handler is told, or has become a pipe.
        }
        finally
        {
            Interlocked.Add(ref _broadcastBytes, -message.Length);
        }
    }

    private void ThrowIfEnded()
    {
        if (_ended)
            throw new ObjectDisposedException(stream.GetType().Name, $"The stream {stream.StreamType}#{stream.Id} is destroyed ({_endCause}).");
    }

    private InvalidOperationException InUse(string what, string by) =>
        new($"{what} cannot be used on stream {stream.StreamType}#{stream.Id} while {by} is in use: end that first, or create a second stream.");
}
