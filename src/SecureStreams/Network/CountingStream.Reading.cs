using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace SecureStreams.Network;

/// <summary>
/// Waiting for bytes. Every wait of every connection passes here, so it neither allocates nor runs an async method of its own: this object is the one awaited.
/// </summary>
internal sealed partial class CountingStream : IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _read;
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _innerRead;
    private Action? _innerReadDone;
    private Memory<byte> _readInto;
    private int _waiting;
    private ReadOnlyMemory<byte> _unread;

    /// <summary>Gives back what was read: whoever reads next gets it first. Between reads, and only by one; what was read into must stay as it is.</summary>
    public void Unread(ReadOnlyMemory<byte> bytes) => _unread = bytes;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_unread.IsEmpty)
            return new ValueTask<int>(TakeUnread(buffer.Span));
        var reading = inner.ReadAsync(buffer, cancellationToken);
        if (reading.IsCompletedSuccessfully)
            return new ValueTask<int>(Heard(reading.Result, buffer.Span));
        Turn?.LeaveReading();

        // Readers take turns; should one not, it gets a wait of its own.
        return Interlocked.CompareExchange(ref _waiting, 1, 0) == 0 ? Wait(reading, buffer) : WaitBesideAsync(reading, buffer);
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        try
        {
            return _read.GetResult(token);
        }
        finally
        {
            _read.Reset();
            Volatile.Write(ref _waiting, 0);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private int TakeUnread(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _unread.Length);
        _unread.Span[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    private ValueTask<int> Wait(ValueTask<int> reading, Memory<byte> buffer)
    {
        var wait = new ValueTask<int>(this, _read.Version);
        _readInto = buffer;
        _innerRead = reading.ConfigureAwait(false).GetAwaiter();
        _innerRead.UnsafeOnCompleted(_innerReadDone ??= InnerReadDone);
        return wait;
    }

    private void InnerReadDone()
    {
        var (reading, buffer) = (_innerRead, _readInto);
        _innerRead = default;
        _readInto = default;
        Turn?.EnterReading();
        int bytes;
        try
        {
            bytes = Heard(reading.GetResult(), buffer.Span);
        }
        catch (Exception error)
        {
            _read.SetException(error);
            return;
        }

        _read.SetResult(bytes);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitBesideAsync(ValueTask<int> reading, Memory<byte> buffer)
    {
        try
        {
            return Heard(await reading.ConfigureAwait(false), buffer.Span);
        }
        finally
        {
            Turn?.EnterReading();
        }
    }
}
