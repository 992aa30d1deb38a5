using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Network;

/// <summary>The product's end of a simulated connection. Continuations run inline, on the simulation's thread.</summary>
internal sealed class SimSocket(SimConnection connection, SimClock clock) : Stream, IPipeEnd, IValueTaskSource<int>, IValueTaskSource
{
    /// <summary>What a socket takes before a write has to wait.</summary>
    private const int SendBuffer = 32 * 1024;

    private ManualResetValueTaskSourceCore<int> _read;
    private ManualResetValueTaskSourceCore<bool> _write;
    private Memory<byte> _readInto;
    private byte[] _buffer = new byte[512];
    private int _start;
    private int _length;
    private bool _reading;
    private bool _writing;
    private bool _ended;
    private bool _disposed;
    private SocketError _error;

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
        clock.AssertThread();
        if (_length > 0)
            return new ValueTask<int>(Take(buffer.Span));
        if (_ended || _disposed)
            return new ValueTask<int>(0);

        // Thrown at once, not in a task: waiting for a task that has failed already goes by the thread pool.
        if (_error != SocketError.Success)
            throw Failure();
        _read.Reset();
        _reading = true;
        _readInto = buffer;
        return new ValueTask<int>(this, _read.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        clock.AssertThread();
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_error != SocketError.Success)
            throw Failure();
        connection.Up.Send(buffer.Span);
        if (connection.Up.InFlight < SendBuffer)
            return ValueTask.CompletedTask;
        _write.Reset();
        _writing = true;
        return new ValueTask(this, _write.Version);
    }

    public void Arrived(ReadOnlySpan<byte> bytes)
    {
        if (_disposed || _error != SocketError.Success)
            return;
        connection.HeardAt(clock.Now);
        Append(bytes);
        if (_reading)
            Complete(Take(_readInto.Span));
    }

    public void Ended()
    {
        _ended = true;
        if (_reading && !_disposed)
            Complete(0);
    }

    /// <summary>The connection breaks: reads and writes fail from now on.</summary>
    public void Break(SocketError error)
    {
        if (_disposed || _error != SocketError.Success)
            return;
        _error = error;
        _ended = false;
        _length = 0;
        if (_writing)
        {
            _writing = false;
            _write.SetException(Failure());
        }

        if (_reading)
        {
            _reading = false;
            _readInto = default;
            _read.SetException(Failure());
        }
    }

    /// <summary>Bytes have left: a write may go on.</summary>
    public void Drained()
    {
        if (!_writing || connection.Up.InFlight >= SendBuffer / 2)
            return;
        _writing = false;
        _write.SetResult(true);
    }

    public override void Flush()
    {
        // Nothing is kept back.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _write.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _write.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _write.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        if (!_disposed)
        {
            clock.AssertThread();
            _disposed = true;
            connection.ClosedByClient();
            if (_writing)
            {
                _writing = false;
                _write.SetResult(false);
            }

            if (_reading)
                Complete(0);
        }

        base.Dispose(disposing);
    }

    private SocketException Failure() => new((int)_error);

    private void Complete(int bytes)
    {
        _reading = false;
        _readInto = default;
        _read.SetResult(bytes);
    }

    private int Take(Span<byte> into)
    {
        var bytes = Math.Min(into.Length, _length);
        _buffer.AsSpan(_start, bytes).CopyTo(into);
        _start += bytes;
        _length -= bytes;
        if (_length == 0)
            _start = 0;
        return bytes;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_start + _length + bytes.Length > _buffer.Length)
        {
            var larger = _length + bytes.Length > _buffer.Length ? new byte[Math.Max(_buffer.Length * 2, _length + bytes.Length)] : _buffer;
            _buffer.AsSpan(_start, _length).CopyTo(larger);
            _buffer = larger;
            _start = 0;
        }

        bytes.CopyTo(_buffer.AsSpan(_start + _length));
        _length += bytes.Length;
    }
}
