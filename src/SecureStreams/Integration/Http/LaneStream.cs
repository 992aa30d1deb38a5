using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>Reads the body of a response, and notices its end.</summary>
internal sealed class LaneStream(Stream body, LaneContent owner) : Stream
{
    private long _total;

    /// <inheritdoc/>
    public override bool CanRead => body.CanRead;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = body.Read(buffer);
        Notice(read, buffer.Length);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Notice(read, buffer.Length);
        return read;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            owner.Release(sound: false);
        }

        base.Dispose(disposing);
    }

    private void Notice(int read, int room)
    {
        _total += read;
        if (owner.Bound is { } plan && _total > plan.MaxBodyBytes)
        {
            owner.Release(sound: false);
            throw new TransportException(HttpFailures.TooLarge(plan, announced: null));
        }

        if (room == 0)
            return;
        owner.Take(read);
        if (read == 0)
            owner.Release(sound: true);
    }
}
