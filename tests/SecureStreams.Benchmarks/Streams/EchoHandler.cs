using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>Keeps messages under way and checks that each comes back, in order. A raw stream's messages are so many bytes.</summary>
internal sealed class EchoHandler(Workload workload) : LinkHandler
{
    private readonly bool _hasMessages = workload.Way is WorkloadWay.WebSocket or WorkloadWay.WebSocketTls or WorkloadWay.Mqtt;
    private readonly byte[] _number = new byte[Payload.NumberBytes];
    private int _operations;
    private int _sent;
    private int _sentBytes;
    private int _received;
    private int _receivedBytes;

    protected override void Begin(int operations)
    {
        _operations = operations;
        _sent = _received = _sentBytes = _receivedBytes = 0;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (MayBegin && (!committed || tx.MoreRoom))
        {
            var room = tx.Buffer;
            var count = Math.Min(room.Length, workload.Bytes - _sentBytes);
            var flags = _sentBytes == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            if (_sentBytes == 0)
                Payload.Number(room, _sent);
            _sentBytes += count;
            if (_sentBytes == workload.Bytes)
            {
                flags |= SsTxFlags.EndOfMessage;
                _sentBytes = 0;
                _sent++;
            }

            tx.Commit(count, flags);
            committed = true;
        }

        if (MayBegin)
            stream.RequestTransmit();
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        while (!payload.IsEmpty)
        {
            if (_receivedBytes < Payload.NumberBytes)
                payload[..Math.Min(payload.Length, Payload.NumberBytes - _receivedBytes)].CopyTo(_number.AsSpan(_receivedBytes));
            var count = Math.Min(payload.Length, workload.Bytes - _receivedBytes);
            _receivedBytes += count;
            payload = payload[count..];
            if (_receivedBytes == workload.Bytes && (!_hasMessages || (flags & SsRxFlags.EndOfMessage) != 0) && !CountOne())
                return SsResult.Continue;
            if (_hasMessages && !payload.IsEmpty)
                Fail(new InvalidOperationException("A message came back longer than it was sent."));
        }

        // An end that comes by itself.
        if (_receivedBytes == workload.Bytes && (flags & SsRxFlags.EndOfMessage) != 0)
            CountOne();
        if (MayBegin)
            stream.RequestTransmit();
        return SsResult.Continue;
    }

    // Whether another message may be begun, or one goes on.
    private bool MayBegin => _sentBytes > 0 || (_sent < _operations && _sent - _received < workload.Outstanding);

    /// <summary>A message has come back; false when that was the last.</summary>
    private bool CountOne()
    {
        if (Payload.NumberOf(_number) != _received)
            Fail(Payload.Wrong(_received, Payload.NumberOf(_number)));
        _receivedBytes = 0;
        if (++_received < _operations)
            return true;
        Complete();
        return false;
    }
}
