using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace SecureStreams;

/// <summary>The application's end of what leaves: asks the stream to send whatever is flushed. One write at a time; a second is refused before it does harm.</summary>
internal sealed class FacadePipeWriter(PipeSession session, SecureStream stream, PipeWriter inner) : PipeWriter
{
    private int _writing;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => WriteAsync(default, cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (Interlocked.Exchange(ref _writing, 1) != 0)
            throw new InvalidOperationException($"Bytes are being written to stream {stream.StreamType}#{stream.Id} already: await that write before the next.");

        var waits = false;
        try
        {
            inner.Write(source.Span);
            var flush = inner.FlushAsync(cancellationToken);
            session.Wrote();
            if (flush.IsCompleted)
                return flush;
            StreamFacade.ThrowIfInCallback(stream, "The bytes are queued, and they are more than the transmit watermark allows");
            waits = true;
            return WaitAsync(flush);
        }
        finally
        {
            if (!waits)
                Volatile.Write(ref _writing, 0);
        }
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        inner.Complete();
        session.WriterDone(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WaitAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            return await flush.ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }
}
