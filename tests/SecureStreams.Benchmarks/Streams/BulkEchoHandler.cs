using SecureStreams.Benchmarks.Bare;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>
/// Sends bytes and counts those that come back, never more than a mebibyte under way. What has come back makes room for more in blocks, those of the bare side: whoever answers each
/// piece that arrives with as many bytes sends crumbs, and gets crumbs back.
/// </summary>
internal sealed class BulkEchoHandler(Workload workload) : LinkHandler
{
    private readonly long _window = (long)workload.Bytes * workload.Outstanding;
    private long _total;
    private long _sent;
    private long _received;

    protected override void Begin(int operations)
    {
        _total = (long)operations * Workload.Megabyte;
        _sent = _received = 0;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (Room > 0 && (committed ? tx.MoreRoom : HasRoom))
        {
            var count = (int)Math.Min(tx.Buffer.Length, Room);
            _sent += count;
            tx.Commit(count, SsTxFlags.None);
            committed = true;
        }

        if (HasRoom)
            stream.RequestTransmit();
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _received += payload.Length;
        if (_received > _sent)
            Fail(new InvalidOperationException("More came back than was sent."));
        else if (_received == _total)
            Complete();
        else if (HasRoom)
            stream.RequestTransmit();
        return SsResult.Continue;
    }

    private bool HasRoom => Room > 0 && (Room >= BareRawSide.BlockBytes || Room == _total - _sent);

    private long Room => Math.Min(_total - _sent, _window - (_sent - _received));
}
