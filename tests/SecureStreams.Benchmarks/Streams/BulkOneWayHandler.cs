using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>Announces bytes, sends them for as long as there is room, and waits for the byte that answers the last.</summary>
internal sealed class BulkOneWayHandler : LinkHandler
{
    private long _total;
    private long _left;
    private bool _announced;

    protected override void Begin(int operations)
    {
        _total = _left = (long)operations * Workload.Megabyte;
        _announced = false;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (_left > 0 && (!committed || tx.MoreRoom))
        {
            if (!_announced)
            {
                Payload.Number(tx.Buffer, _total);
                tx.Commit(Payload.HeaderBytes, SsTxFlags.None);
                _announced = true;
            }
            else
            {
                var count = (int)Math.Min(tx.Buffer.Length, _left);
                _left -= count;
                tx.Commit(count, SsTxFlags.None);
            }

            committed = true;
        }

        if (_left > 0)
            stream.RequestTransmit();
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (payload is [Payload.LastMark] && _left == 0)
            Complete();
        else
            Fail(new InvalidOperationException($"An answer of {payload.Length} bytes, {_left} bytes before the end."));
        return SsResult.Continue;
    }
}
