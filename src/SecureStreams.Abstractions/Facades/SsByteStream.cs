using System.IO.Pipelines;

namespace SecureStreams;

/// <summary>
/// The bytes of one connection or transaction of a stream, as a <see cref="Stream"/>. One reader and one writer at a time. The end of the peer's bytes reads as 0;
/// a connection that breaks throws <see cref="SsStreamException"/>, an <see cref="IOException"/>, with the cause, and so does what the peer refused, in place of the end
/// (<see cref="SsNackException"/>).
/// </summary>
public sealed class SsByteStream : Stream
{
    private readonly IDuplexPipe _pipe;
    private readonly SecureStream? _owned;
    private readonly Stream _reading;
    private readonly Stream _writing;
    private bool _disposed;

    internal SsByteStream(IDuplexPipe pipe, SecureStream? owned)
    {
        _pipe = pipe;
        _owned = owned;
        _reading = pipe.Input.AsStream(leaveOpen: true);
        _writing = pipe.Output.AsStream(leaveOpen: true);
    }

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanWrite => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Nothing more is written: ends a request body, half-closes a raw connection. Reading goes on. Where a protocol can do neither (ws, mqtt) it only ends writing here.
    /// </summary>
    public void CompleteWrites() => _pipe.Output.Complete();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _reading.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => _reading.Read(buffer);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _reading.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _reading.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => _writing.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => _writing.Write(buffer);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _writing.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _writing.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => _writing.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _writing.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        End();
        if (_owned is { } owned)
            await owned.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End();

            // Not waited for: who wants to know when it is gone disposes asynchronously.
            if (_owned is { } owned)
                _ = owned.DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }

    private void End()
    {
        if (_disposed)
            return;
        _disposed = true;
        _pipe.Output.Complete();
        _pipe.Input.Complete();
    }
}
