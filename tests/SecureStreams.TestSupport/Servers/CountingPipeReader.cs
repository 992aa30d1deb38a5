using System.IO.Pipelines;

namespace SecureStreams.TestSupport.Servers;

/// <summary>Tells how many bytes came in, each counted once although a reader may look at it several times.</summary>
internal sealed class CountingPipeReader(PipeReader inner, Action<long> count) : PipeReader
{
    private ReadResult _last;
    private long _seen;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Count(await inner.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        Count(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _seen = _last.Buffer.Slice(consumed).Length;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Count(ReadResult result)
    {
        _last = result;
        if (result.Buffer.Length > _seen)
            count(result.Buffer.Length - _seen);
        _seen = result.Buffer.Length;
        return result;
    }
}
