using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>Sends messages for as long as there is room; the last is marked, and its answer is the end.</summary>
internal sealed class OneWayHandler(Workload workload) : LinkHandler
{
    private int _operations;
    private int _sent;
    private int _sentBytes;

    protected override void Begin(int operations)
    {
        _operations = operations;
        _sent = _sentBytes = 0;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (_sent < _operations && (!committed || tx.MoreRoom))
        {
            var room = tx.Buffer;
            var count = Math.Min(room.Length, workload.Bytes - _sentBytes);
            var flags = SsTxFlags.None;
            if (_sentBytes == 0)
            {
                flags = SsTxFlags.StartOfMessage;
                room[0] = _sent == _operations - 1 ? Payload.LastMark : (byte)0;
            }

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

        if (_sent < _operations)
            stream.RequestTransmit();
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (payload.Length != 1 || _sent != _operations)
            Fail(new InvalidOperationException($"An answer of {payload.Length} bytes after {_sent} of {_operations} messages."));
        else
            Complete();
        return SsResult.Continue;
    }
}
