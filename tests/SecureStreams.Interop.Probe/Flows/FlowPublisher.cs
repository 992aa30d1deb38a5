using System.Globalization;

namespace SecureStreams.Interop.Probe.Flows;

/// <summary>Publishes numbered messages one after the other, with at most <see cref="FlowRequest.Window"/> of them unacknowledged.</summary>
/// <remarks>An acknowledgement carries no number: the n-th of a process is that of its n-th message.</remarks>
internal sealed class FlowPublisher(string name, long first, Action<FlowLine> tell) : SecureStreamHandler
{
    private const string TopicName = "topic";

    private readonly Queue<long> _unacknowledged = new();
    private long _next = first;
    private int _offset;
    private long _permitted = first + FlowRequest.Ahead - 1;
    private volatile bool _stopping;
    private bool _isDone;

    /// <summary>Sends up to this number.</summary>
    public void Permit(SecureStream stream, long number)
    {
        if (number <= Interlocked.Exchange(ref _permitted, number))
            return;
        stream.RequestTransmit();
    }

    /// <summary>Sends no more, and tells when every message has its acknowledgement.</summary>
    public void Stop(SecureStream stream)
    {
        _stopping = true;
        stream.RequestTransmit();
    }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connected:
                tell(new FlowLine(FlowEvent.Connected, name, 0, ""));
                stream.RequestTransmit();
                break;
            case SsState.QosAckRemote or SsState.QosNackRemote:
                Settle(change);
                if (!TellIfDone())
                    stream.RequestTransmit();
                break;
            case SsState.Disconnected or SsState.Unreachable or SsState.AllRetriesFailed:
                // What was not whole goes again from its start.
                _offset = 0;
                tell(new FlowLine(FlowEvent.Lost, name, 0, $"{change.State} {change.Cause}"));
                break;
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while ((!committed || tx.MoreRoom) && (_offset > 0 || MayBegin))
        {
            var flags = SsTxFlags.None;
            if (_offset == 0)
            {
                tell(new FlowLine(FlowEvent.Sending, name, _next, ""));
                stream.SetMetadata(TopicName, (_next % FlowRequest.Topics).ToString(CultureInfo.InvariantCulture));
                flags = SsTxFlags.StartOfMessage;
            }

            var length = FlowMessage.Length(_next);
            var piece = tx.Buffer[..Math.Min(tx.Buffer.Length, length - _offset)];
            FlowMessage.Fill(_next, _offset, piece);
            _offset += piece.Length;
            if (_offset == length)
            {
                flags |= SsTxFlags.EndOfMessage;
                _unacknowledged.Enqueue(_next++);
                _offset = 0;
            }

            tx.Commit(piece.Length, flags);
            committed = true;
        }

        if (_offset > 0 || MayBegin)
            stream.RequestTransmit();
        else
            TellIfDone();
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    private bool MayBegin => !_stopping && _unacknowledged.Count < FlowRequest.Window && _next <= Volatile.Read(ref _permitted);

    private void Settle(in SsStateChange change)
    {
        var kind = change.State == SsState.QosAckRemote ? FlowEvent.Acknowledged : FlowEvent.Refused;
        if (_unacknowledged.TryDequeue(out var number))
            tell(new FlowLine(kind, name, number, kind == FlowEvent.Refused ? change.Cause.ToString() : ""));
        else
            tell(new FlowLine(FlowEvent.Spoiled, name, 0, $"{change.State} without a message that waits for it"));
    }

    private bool TellIfDone()
    {
        if (!_stopping || _isDone || _offset > 0 || _unacknowledged.Count > 0)
            return _isDone;
        _isDone = true;
        tell(new FlowLine(FlowEvent.Done, name, 0, ""));
        return true;
    }
}
