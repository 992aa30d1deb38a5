using System.Text;
using System.Threading.Tasks.Sources;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>A connection whose peer answers every write with the same bytes, from another thread and without allocating: what is allocated is the client's.</summary>
internal sealed class CannedPeer(string answer) : Stream, IThreadPoolWorkItem, IValueTaskSource<int>
{
    private readonly byte[] _answer = Encoding.ASCII.GetBytes(answer);
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _buffer;
    private bool _reading;
    private int _position = answer.Length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_position < _answer.Length)
                return ValueTask.FromResult(Take(buffer));
            _read.Reset();
            _buffer = buffer;
            _reading = true;
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return default;
    }

    public void Execute()
    {
        int bytes;
        lock (_lock)
        {
            _position = 0;
            if (!_reading)
                return;
            bytes = Take(_buffer);
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

    private int Take(Memory<byte> buffer)
    {
        var bytes = Math.Min(buffer.Length, _answer.Length - _position);
        _answer.AsSpan(_position, bytes).CopyTo(buffer.Span);
        _position += bytes;
        return bytes;
    }

    private void End()
    {
        _reading = false;
        _buffer = default;
    }
}
