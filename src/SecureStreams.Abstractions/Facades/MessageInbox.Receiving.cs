namespace SecureStreams;

/// <summary>What the stream delivers. Mailbox only.</summary>
internal sealed partial class MessageInbox
{
    private SsMessage? _open;
    private bool _skipping;
    private bool _releasing;
    private int _lost;
    private SsCause _lossCause;

    /// <summary>A piece arrived. False when it is not for a reader: the stream's handler gets it.</summary>
    public bool OnReceive(ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        MessageItem told = default;
        var tell = false;
        bool pause;
        lock (_gate)
        {
            var traits = _stream.Traits;
            if (!traits.HasMessages)
            {
                if (_releasing)
                    return false;
                _open = new SsMessage(_stream.StreamType, _options.Metadata);
                Append(payload, flags, flags | SsRxFlags.EndOfMessage, ref told, ref tell);
            }
            else
            {
                if ((flags & SsRxFlags.StartOfMessage) != 0)
                {
                    CutUnderLock();
                    _skipping = false;
                    if (_releasing)
                        return false;
                    _open = new SsMessage(_stream.StreamType, _options.Metadata);
                }

                if (_skipping)
                {
                    _skipping = (flags & SsRxFlags.EndOfMessage) == 0;
                    return true;
                }

                // One that began before anybody read: it stays with whom it began.
                if (_open is null)
                    return false;
                Append(payload, flags, flags, ref told, ref tell);
            }

            // Told each time: a resumption that was on its way may come after the first.
            pause = _bytes >= traits.ReceiveWatermarkHigh;
            _paused |= pause;
        }

        if (pause)
            _stream.PauseReceive();
        Tell(tell, told);
        return true;
    }

    /// <summary>What the stream has told its handler.</summary>
    public void OnState(in SsStateChange change)
    {
        MessageItem told = default;
        var tell = false;
        lock (_gate)
        {
            switch (change.State)
            {
                case SsState.Connecting:
                    CutUnderLock();
                    _skipping = false;
                    break;
                case SsState.Disconnected:
                    CutUnderLock();
                    _skipping = false;
                    if (change.Cause.Code == SsCauseCode.Completed)
                        break;
                    _lossCause = change.Cause;
                    Lost(_options.OnDisconnected, change.Cause, "The connection of a stream that is read from ended", ref told, ref tell);
                    break;
                case SsState.AllRetriesFailed when change.Cause.NextAction != SsNextAction.Restart:
                    Lost(_options.OnAllRetriesFailed, change.Cause, "The stream that is read from has no connection, and makes no further attempt by itself; Connect() does", ref told, ref tell);
                    break;
                case SsState.Destroying:
                    tell = EndUnderLock();
                    break;
            }
        }

        Tell(tell, told);
    }

    /// <summary>The stream is gone: what is here can still be read, then comes the end.</summary>
    public void End()
    {
        bool tell;
        lock (_gate)
            tell = EndUnderLock();
        Tell(tell, default);
    }

    /// <summary>Nobody will read what is here.</summary>
    public void Abandon()
    {
        bool resume;
        lock (_gate)
            resume = ReleaseUnread();
        if (resume)
            Resume();
    }

    private bool EndUnderLock()
    {
        CutUnderLock();
        _ended = true;
        var tell = _waiting;
        _waiting = false;
        return tell;
    }

    private void Append(ReadOnlySpan<byte> payload, SsRxFlags flags, SsRxFlags asMessage, ref MessageItem told, ref bool tell)
    {
        var message = _open!;
        if (message.Length + payload.Length > _options.MaxMessageBytes)
        {
            _open = null;
            _skipping = (asMessage & SsRxFlags.EndOfMessage) == 0;
            message.Dispose();
            Enqueue(new MessageItem(null, new SsMessageTooLargeException(_stream.StreamType, _options.MaxMessageBytes, "SsReadOptions.MaxMessageBytes")), ref told, ref tell);
            return;
        }

        message.Append(payload);
        message.Flags |= flags;
        if ((asMessage & SsRxFlags.EndOfMessage) == 0)
            return;

        _open = null;
        message.TakeDown(_stream);
        message.LostBefore = _lost;
        message.LossCause = _lossCause;
        _lost = 0;
        _lossCause = default;
        Enqueue(new MessageItem(message, null), ref told, ref tell);
    }

    /// <summary>A message that gets no end is not delivered.</summary>
    private void CutUnderLock()
    {
        if (_open is not { } open)
            return;
        _open = null;
        _lost++;
        open.Dispose();
    }

    private void Lost(SsLossBehavior behavior, SsCause cause, string what, ref MessageItem told, ref bool tell)
    {
        // Without a reader there is nobody to throw at; the next one learns of it from its first message.
        if (behavior == SsLossBehavior.Continue || !_isRead)
            return;
        var failure = behavior == SsLossBehavior.Throw ? new SsStreamException($"{what} (streamtype '{_stream.StreamType}').", cause) : null;
        Enqueue(new MessageItem(null, failure), ref told, ref tell);
    }

    private void Enqueue(in MessageItem item, ref MessageItem told, ref bool tell)
    {
        if (_waiting)
        {
            _waiting = false;
            tell = true;
            told = item;
            if (item is { Message: null, Failure: null })
                _over = true;
            return;
        }

        if (item.Message is { } message)
            _bytes += CostOf(message);
        _items.Enqueue(item);
    }

    private void Tell(bool tell, in MessageItem item)
    {
        if (!tell)
            return;
        if (item.Failure is { } failure)
            _source.SetException(failure);
        else
            _source.SetResult(item.Message);
    }

    private bool ReleaseUnread()
    {
        _releasing = true;
        while (_items.TryDequeue(out var item))
            item.Message?.Dispose();
        _bytes = 0;
        if (_open is { } open)
        {
            // The rest of it would be no message for the handler either.
            _open = null;
            _skipping = true;
            open.Dispose();
        }

        var resume = _paused;
        _paused = false;
        return resume;
    }
}
