using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace SecureStreams;

/// <summary>The application's end of what arrives: counts what it has looked at, for the watermarks.</summary>
internal sealed class FacadePipeReader(PipeSession session, SecureStream stream, PipeReader inner) : PipeReader
{
    private ReadOnlySequence<byte> _last;
    private long _ahead;

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        result = Note(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        if (TryRead(out var result))
            return new ValueTask<ReadResult>(result);
        StreamFacade.ThrowIfInCallback(stream, "No bytes are there yet");
        return WaitAsync(cancellationToken);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // What was looked at and not taken counts as read: else a reader that needs more than the watermark would wait for ever.
        var seen = _last.Slice(0, examined).Length;
        var taken = _last.Slice(0, consumed).Length;
        var fresh = Math.Max(0, seen - _ahead);
        _ahead = Math.Max(_ahead, seen) - taken;
        _last = default;
        inner.AdvanceTo(consumed, examined);
        if (fresh > 0)
            session.Read(fresh);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _last = default;
        inner.Complete();
        session.ReaderDone();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellationToken) =>
        Note(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>A broken end is no end of bytes: what came before it is read first, then it throws. (A pipe completed with an error would drop what is unread.)</summary>
    private ReadResult Note(ReadResult result)
    {
        if (result is { IsCompleted: true, IsCanceled: false } && session.Failure is { } failure)
        {
            if (result.Buffer.Length <= _ahead)
            {
                inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                throw failure;
            }

            result = new ReadResult(result.Buffer, isCanceled: false, isCompleted: false);
        }

        _last = result.Buffer;
        return result;
    }
}
