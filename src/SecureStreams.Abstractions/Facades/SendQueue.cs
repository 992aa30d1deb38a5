namespace SecureStreams;

/// <summary>
/// The messages that senders await, of one stream: whole, in order, one after the other. This part is what senders do and how pieces leave; what states mean for them
/// is in <c>SendQueue.States.cs</c>.
/// </summary>
/// <remarks>
/// Everything stands under one lock, since senders and cancellation come from any thread and a sender's memory must not be read once it has been told. The lock is never
/// held while user code runs: results are told after it, and continue elsewhere.
/// </remarks>
internal sealed partial class SendQueue(SecureStream stream, Lock gate)
{
    private readonly Stack<SendOperation> _pool = new();
    private SendList _waiting;
    private SendList _unacknowledged;
    private SendOperation? _current;
    private bool _ended;
    private SsCause _endCause;

    /// <summary>Whether nothing is on its way.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
                return _waiting.IsEmpty && _unacknowledged.IsEmpty && _current is null;
        }
    }

    /// <summary>Queues a message and asks for it to be sent.</summary>
    public ValueTask Send(ReadOnlyMemory<byte> payload, SsSendFlags flags, CancellationToken token)
    {
        SendOperation operation;
        ValueTask task;
        bool ask;
        var transactional = stream.Traits.IsTransactional;
        lock (gate)
        {
            if (_ended)
                return ValueTask.FromException(new ObjectDisposedException(stream.GetType().Name, new SsStreamException("The stream is destroyed.", _endCause).Message));
            operation = _pool.TryPop(out var pooled) ? pooled : new SendOperation(this);
            operation.Prepare(payload, flags, token);
            task = operation.Task;

            // Whoever is before it has asked, or will be followed by it.
            ask = _waiting.IsEmpty && _current is null && !(transactional && _taken);
            _waiting.Add(operation);
            _asked |= ask && transactional;
        }

        operation.Listen();
        if (ask)
            Ask(transactional ? payload.Length : null);
        return task;
    }

    /// <summary>Fills a transmit callback. False when there is nothing to send, so that the callback is the handler's.</summary>
    public bool TryTransmit(scoped ref SsTransmit tx, bool followed, out SsTransmitResult result)
    {
        SendList told = default;
        bool again;
        lock (gate)
        {
            result = SsTransmitResult.Nothing;
            var traits = stream.Traits;
            if (traits.IsTransactional && (_taken || !FitsOnMailbox(ref result)))
                return !_taken && result == SsTransmitResult.Disconnect;
            if (_current is null && _waiting.IsEmpty)
                return false;

            var room = true;
            while (room && (_current ??= _waiting.Take()) is { } operation)
            {
                if (operation.WaitsForAck && !traits.Acknowledges)
                {
                    _current = null;
                    if (operation.Settle(NotAcknowledging()))
                        told.Add(operation);
                    continue;
                }

                room = Fill(operation, ref tx, traits, ref result);
                if (operation.Begun && operation.Offset == operation.Payload.Length)
                {
                    TakenOnMailbox(operation, traits, ref told);
                    room &= !traits.IsTransactional;
                }
            }

            // One more callback for the handler below, whose own request may have been answered by this one.
            again = traits.IsTransactional ? _current is not null : followed || _current is not null || !_waiting.IsEmpty;
        }

        if (again)
            Ask(null);
        Tell(ref told);
        return true;
    }

    /// <summary>The sender of <paramref name="operation"/> waits no more.</summary>
    public void Cancel(SendOperation operation, CancellationToken token)
    {
        lock (gate)
        {
            if (operation.IsSettled)
                return;

            // The object may soon be another message.
            if (_assigned == operation)
                _assigned = null;
            if (_current == operation)
                _current = operation.Begun ? operation.CopyFor(new SendOperation(this)) : null;
            else if (!_waiting.Remove(operation) && _unacknowledged.Remove(operation))
                _takenGone |= _taken;
            operation.Settle(new OperationCanceledException(token));
        }

        operation.Tell();
    }

    /// <summary>Its result has been taken: it may serve again.</summary>
    public void Recycle(SendOperation operation)
    {
        lock (gate)
        {
            if (_pool.Count < FacadeDefaults.PooledOperations)
                _pool.Push(operation);
        }
    }

    /// <summary>Commits as much of <paramref name="operation"/> as there is room for. False when there is no more room.</summary>
    private static bool Fill(SendOperation operation, scoped ref SsTransmit tx, in SsStreamTraits traits, ref SsTransmitResult result)
    {
        var payload = operation.Payload.Span;
        do
        {
            var room = tx.Buffer;
            var count = Math.Min(room.Length, payload.Length - operation.Offset);
            if (count == 0 && payload.Length > 0)
                return false;

            // Where there are no messages an empty one is nothing at all.
            if (count > 0 || traits.HasMessages)
            {
                operation.Number = tx.Message;
                payload.Slice(operation.Offset, count).CopyTo(room);
                var flags = operation.Offset == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
                if (operation.Offset + count == payload.Length)
                    flags |= SsTxFlags.EndOfMessage;
                tx.Commit(count, flags);
                result = SsTransmitResult.Send;
            }

            operation.Begun = true;
            operation.Offset += count;
        }
        while (operation.Offset < payload.Length && tx.MoreRoom);
        return tx.MoreRoom;
    }

    private void TakenOnMailbox(SendOperation operation, in SsStreamTraits traits, ref SendList told)
    {
        _current = null;
        _assigned = null;
        _taken = traits.IsTransactional;
        if (operation.WaitsForAck)
        {
            _wasKept = IsKeptByTransport;
            _unacknowledged.Add(operation);
            return;
        }

        _takenGone = traits.IsTransactional;
        if (operation.IsLeftover)
            operation.ReleaseCopy();
        else if (operation.Settle(null))
            told.Add(operation);
    }

    /// <summary>Asks for a transmit callback. A stream that is destroyed meanwhile fails the messages by itself.</summary>
    private void Ask(long? length)
    {
        try
        {
            if (length is { } whole)
                stream.RequestTransmit(whole);
            else
                stream.RequestTransmit();
        }
        catch (ObjectDisposedException)
        {
            // Destroying is on its way here, or has been, and told every sender.
        }
    }

    private static void Tell(ref SendList told)
    {
        // Taken out first: whoever is told may give the operation back at once.
        while (told.Take() is { } operation)
            operation.Tell();
    }
}
