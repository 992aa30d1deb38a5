namespace SecureStreams;

/// <summary>What states mean for messages on their way. Mailbox only, under the lock.</summary>
internal sealed partial class SendQueue
{
    // Of the transaction under way: whether it was begun for a message of ours, with which length it was announced, and for which message;
    // whether it has carried one, and whether nobody keeps that one for a repetition.
    private bool _asked;
    private long? _announced;
    private SendOperation? _assigned;
    private bool _taken;
    private bool _takenGone;

    // The transaction is given up because the message it was begun for is gone: its end is no news for the others.
    private bool _abandoning;
    private SsStateChange _refusal;

    // Whether what was taken on the last connection is the transport's own until it is answered.
    private bool _wasKept;

    /// <summary>What the stream has told its handler.</summary>
    /// <returns>Disconnect when a transaction has nothing to carry any more.</returns>
    public SsResult OnState(in SsStateChange change)
    {
        SendList told = default;
        long? length = null;
        var ask = false;
        var result = SsResult.Continue;
        lock (gate)
        {
            var transactional = stream.Traits.IsTransactional;
            switch (change.State)
            {
                case SsState.Connecting:
                    RewindOnMailbox(ref told);
                    if (transactional)
                        result = AssignOnMailbox(ref ask);
                    break;
                case SsState.Connected when !transactional:
                    ask = !_waiting.IsEmpty;
                    break;
                case SsState.QosAckRemote or SsState.QosNackRemote:
                    AcknowledgedOnMailbox(change, transactional, ref told);
                    break;
                case SsState.Disconnected when change.Cause.NextAction != SsNextAction.Retry:
                    IdleOnMailbox(change.Cause, transactional, ref told);
                    ask = !_waiting.IsEmpty;
                    break;
                case SsState.AllRetriesFailed:
                    EndTransactionOnMailbox();
                    if (!_abandoning)
                        FailAll(change.Cause, ref told);
                    _abandoning = false;
                    ask = !_waiting.IsEmpty;
                    break;
                case SsState.Destroying:
                    EndAll(change.Cause, ref told);
                    break;
            }

            if (ask && transactional)
            {
                length = _waiting.First!.Payload.Length;
                _asked = true;
            }
        }

        if (ask)
            Ask(length);
        Tell(ref told);
        return result;
    }

    /// <summary>The stream has forgotten what it was asked, or is gone, without a state that tells it.</summary>
    public void Forgotten(SsCause cause, bool destroyed)
    {
        SendList told = default;
        lock (gate)
        {
            EndTransactionOnMailbox();
            _abandoning = false;
            if (destroyed)
                EndAll(cause, ref told);
            else
                FailAll(cause, ref told);
        }

        Tell(ref told);
    }

    /// <summary>
    /// Whether what the transport has taken is its own until it is answered, over connections (mqtt): it sends that again itself, or says that it does not. So nothing is repeated here, and answers
    /// that come later are to what was sent then.
    /// </summary>
    private bool IsKeptByTransport => stream.Traits is { Acknowledges: true, IsTransactional: false };

    /// <summary>
    /// A new connection: what was not taken or not acknowledged begins anew; what a cancelled sender left is dropped with the connection it was for. Where the policy has moved the stream, what the
    /// old protocol kept cannot be heard of any more.
    /// </summary>
    private void RewindOnMailbox(ref SendList told)
    {
        SendList again = default;
        var isKept = IsKeptByTransport;
        if (_wasKept && !isKept)
            FailUnacknowledged(new SsCause(SsPhase.Update, SsCauseCode.PolicyChanged), ref told);
        _wasKept = isKept;
        if (!isKept)
        {
            again = _unacknowledged;
            _unacknowledged = default;
        }

        if (_current is { IsLeftover: true } leftover)
        {
            leftover.ReleaseCopy();
            _takenGone = true;
        }
        else if (_current is { } current)
        {
            again.Add(current);
        }

        _current = null;
        for (var one = again.First; one is not null; one = one.Next)
        {
            one.Offset = 0;
            one.Begun = false;
        }

        _waiting.Precede(ref again);
        _taken = false;
        _announced = null;
        _assigned = null;
        _refusal = default;
    }

    /// <summary>A transaction begins: it carries the first message. One that was begun for a message that is gone is given up, since its length is announced.</summary>
    private SsResult AssignOnMailbox(ref bool ask)
    {
        if (_waiting.First is { } first)
        {
            _assigned = first;
            _announced = first.Payload.Length;
            _takenGone = false;
            ask = true;
            return SsResult.Continue;
        }

        if (!_asked && !_takenGone)
            return SsResult.Continue;
        _abandoning = true;
        return SsResult.Disconnect;
    }

    /// <summary>Whether the transaction can carry what is next; one that was announced for a message gone since, and of another length, is given up.</summary>
    private bool FitsOnMailbox(ref SsTransmitResult result)
    {
        var next = _current ?? _waiting.First;
        if (_announced is null || (next is not null && next.Payload.Length == _announced))
            return true;
        _abandoning = true;
        result = SsTransmitResult.Disconnect;
        return false;
    }

    private void AcknowledgedOnMailbox(in SsStateChange change, bool transactional, ref SendList told)
    {
        if (transactional)
        {
            _takenGone = false;
            if (change.State == SsState.QosNackRemote)
            {
                // Refused before it was all there: the rest is of no use to anybody.
                _refusal = change;
                if (_current is { IsLeftover: false, WaitsForAck: true } current && current.Settle(Refused(change)))
                {
                    _current = null;
                    told.Add(current);
                }
            }
        }

        // Of a message that is none of these (a handler's, or one whose sender has gone) nobody here is told.
        for (var one = _unacknowledged.First; one is not null; one = one.Next)
        {
            if (!transactional && one.Number != change.Message)
                continue;
            _unacknowledged.Remove(one);
            if (one.Settle(change.State == SsState.QosAckRemote ? null : Refused(change)))
                told.Add(one);
            return;
        }
    }

    /// <summary>The connection or transaction is over and policy makes no other.</summary>
    private void IdleOnMailbox(SsCause cause, bool transactional, ref SendList told)
    {
        var mine = _abandoning;
        _abandoning = false;
        var isRefused = _refusal.State == SsState.QosNackRemote;
        if (isRefused && !mine && _assigned is { WaitsForAck: true } unasked && unasked == _waiting.First)
        {
            // The peer refused it before it was asked for, whoever ends the transaction then.
            _waiting.Take();
            _assigned = null;
            if (unasked.Settle(Refused(_refusal)))
                told.Add(unasked);
        }

        if (!transactional || (cause.Code == SsCauseCode.LocalDisconnect && !mine))
        {
            EndTransactionOnMailbox();
            FailAll(cause, ref told);
            return;
        }

        var whole = isRefused ? _refusal.Cause : cause;
        if (_assigned is { } assigned && assigned == _waiting.First && !mine)
        {
            // Nobody asked for it: the method takes no body, which is as good as an empty one, or the peer answered before.
            _waiting.Take();
            if (assigned.Settle(assigned.Payload.IsEmpty && cause.Code == SsCauseCode.Completed ? null : NotAsked(whole)))
                told.Add(assigned);
        }

        FailBegun(whole, ref told);
        EndTransactionOnMailbox();
    }

    private void EndTransactionOnMailbox()
    {
        _asked = false;
        _announced = null;
        _assigned = null;
        _taken = false;
        _takenGone = false;
        _refusal = default;
    }

    private void EndAll(SsCause cause, ref SendList told)
    {
        if (!_ended)
            _endCause = cause;
        _ended = true;
        FailAll(cause, ref told);
    }

    private void FailAll(SsCause cause, ref SendList told)
    {
        FailBegun(cause, ref told);
        while (_waiting.Take() is { } operation)
        {
            if (operation.Settle(NotSent(cause)))
                told.Add(operation);
        }
    }

    private void FailUnacknowledged(SsCause cause, ref SendList told)
    {
        while (_unacknowledged.Take() is { } operation)
        {
            if (operation.Settle(new SsStreamException($"A message to streamtype '{stream.StreamType}' was sent, and the stream has ended, is idle or has been moved without an acknowledgement of it.", cause)))
                told.Add(operation);
        }
    }

    private void FailBegun(SsCause cause, ref SendList told)
    {
        FailUnacknowledged(cause, ref told);
        if (_current is not { } current)
            return;
        _current = null;
        if (current.IsLeftover)
            current.ReleaseCopy();
        else if (current.Settle(NotSent(cause)))
            told.Add(current);
    }

    private SsNackException Refused(in SsStateChange change) =>
        new($"The peer refused a message to streamtype '{stream.StreamType}'{(change.Ack == 0 ? "" : $" with status {change.Ack}")}.", change.Cause, change.Ack);

    private SsStreamException NotSent(SsCause cause) => new($"A message to streamtype '{stream.StreamType}' was not sent; send it again, or mend what the cause names.", cause);

    /// <summary>The policy has moved the stream since its sender asked.</summary>
    private SsStreamException NotAcknowledging() => new(
        $"A message to streamtype '{stream.StreamType}' was to be acknowledged, and by its changed policy the stream has a protocol that does not: it was not sent there. Send it again without WaitForAck.",
        new SsCause(SsPhase.Update, SsCauseCode.PolicyChanged));

    private SsStreamException NotAsked(SsCause cause) => new(
        stream.Traits.TakesBody
            ? $"The peer answered the transaction of streamtype '{stream.StreamType}' before it asked for the message, which was not sent."
            : $"The transaction of streamtype '{stream.StreamType}' ended without asking for the message: its method takes no body. Use a streamtype with \"http_method\": \"POST\", or send an empty message.",
        cause);
}
