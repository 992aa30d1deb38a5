using System.Threading.Tasks.Sources;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>A connection whose peer answers what is written, from another thread and without allocating: what is allocated is the client's.</summary>
internal abstract class CannedStream : Stream, IThreadPoolWorkItem, IValueTaskSource<int>
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _buffer;
    private bool _reading;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the client has something to read. Under the lock.</summary>
    protected abstract bool HasMore { get; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (HasMore)
                return ValueTask.FromResult(Take(buffer.Span));
            _read.Reset();
            _buffer = buffer;
            _reading = true;
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
            Hear(buffer.Span);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return default;
    }

    public void Execute()
    {
        int bytes;
        lock (_lock)
        {
            Answer();
            if (!_reading || !HasMore)
                return;
            bytes = Take(_buffer.Span);
            End();
        }

        _read.SetResult(bytes);
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Writes are answered at once.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>The client wrote. Under the lock, on its thread.</summary>
    protected abstract void Hear(ReadOnlySpan<byte> bytes);

    /// <summary>Answers what was heard. Under the lock, on another thread.</summary>
    protected abstract void Answer();

    /// <summary>The next bytes of what there is to read. Under the lock.</summary>
    protected abstract int Take(Span<byte> buffer);

    protected override void Dispose(bool disposing)
    {
        bool reading;
        lock (_lock)
        {
            reading = _reading;
            End();
        }

        if (reading)
            _read.SetResult(0);
        base.Dispose(disposing);
    }

    private void End()
    {
        _reading = false;
        _buffer = default;
    }
}
