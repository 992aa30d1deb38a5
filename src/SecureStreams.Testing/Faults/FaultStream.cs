using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Testing.Faults;

/// <summary>
/// Stands between a socket and everything above it, TLS included, and lets go wrong what it is told to, from then on. A connection that is cut is reset for both sides. One that is stalled keeps
/// its peer: what is sent meanwhile waits here, and goes when the stall is over.
/// </summary>
internal sealed partial class FaultStream : Stream, ISsHalfCloseStream
{
    private readonly Lock _lock = new();
    private readonly Stream _inner;
    private readonly FaultedType _type;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _gone = new();
    private TaskCompletionSource _changed = NewChange();
    private Dictionary<FaultKind, FaultItem> _faults = [];
    private ITimer? _cutTimer;
    private ITimer? _stallTimer;
    private long _received;
    private long _sent;
    private bool _heard;
    private bool _stalled;
    private bool _cut;
    private bool _disposed;

    public FaultStream(Stream inner, FaultedType type, TimeProvider time)
    {
        _inner = inner;
        _type = type;
        _time = time;
    }

    /// <summary>How many messages its streamtype may receive before it is cut; null for any number.</summary>
    public long? CutAfterMessages
    {
        get
        {
            lock (_lock)
                return Value(FaultKind.CutAfterMessages);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From now on these count, and bytes and time are counted from here.</summary>
    public void Apply(Dictionary<FaultKind, FaultItem> faults)
    {
        TaskCompletionSource changed;
        bool cut, released;
        lock (_lock)
        {
            if (_cut || _disposed)
                return;
            _faults = faults;
            _received = _sent = 0;
            _cutTimer?.Dispose();
            _stallTimer?.Dispose();
            _cutTimer = _stallTimer = null;
            cut = Value(FaultKind.CutAfterMs) == 0 || Value(FaultKind.CutAfterSent) == 0 || Value(FaultKind.CutAfterReceived) == 0 || Value(FaultKind.CutAfterMessages) == 0;
            var stalled = Value(FaultKind.StallAfterMs) == 0 || Value(FaultKind.StallAfterSent) == 0 || Value(FaultKind.StallAfterReceived) == 0;
            released = _stalled && !stalled;
            _stalled = stalled;
            if (!cut && Value(FaultKind.CutAfterMs) is { } cutAfter)
                _cutTimer = _time.CreateTimer(_ => EndOfTime(faults, cut: true), null, TimeSpan.FromMilliseconds(cutAfter), Timeout.InfiniteTimeSpan);
            if (!stalled && Value(FaultKind.StallAfterMs) is { } stallAfter)
                _stallTimer = _time.CreateTimer(_ => EndOfTime(faults, cut: false), null, TimeSpan.FromMilliseconds(stallAfter), Timeout.InfiniteTimeSpan);
            changed = TakeChangeUnderLock();
        }

        changed.TrySetResult();
        if (cut)
            Cut();
        else if (released)
            _ = ReleaseAsync();
    }

    /// <summary>Resets the connection. From any thread.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            if (_cut || _disposed)
                return;
            _cut = true;
        }

        if (_inner is NetworkStream { Socket: { AddressFamily: not AddressFamily.Unix } socket })
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // It is gone already.
            }
        }

        _inner.Dispose();
        End();
    }

    /// <inheritdoc/>
    public void ShutdownSend()
    {
        ThrowIfGone();
        ISsHalfCloseStream.ShutdownSend(_inner);
    }

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is written asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                if (_disposed)
                    return;
                _disposed = true;
            }

            _inner.Dispose();
            End();
            _type.Remove(this);
        }

        base.Dispose(disposing);
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void End()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _cutTimer?.Dispose();
            _stallTimer?.Dispose();
            changed = TakeChangeUnderLock();
        }

        changed.TrySetResult();
        _gone.Cancel();
    }

    private void EndOfTime(Dictionary<FaultKind, FaultItem> faults, bool cut)
    {
        lock (_lock)
        {
            // One that fires while others take its place.
            if (!ReferenceEquals(faults, _faults))
                return;
            _stalled |= !cut;
        }

        if (cut)
            Cut();
    }

    private long? Value(FaultKind kind) => _faults.TryGetValue(kind, out var item) ? item.Value : null;

    private TaskCompletionSource TakeChangeUnderLock()
    {
        var changed = _changed;
        _changed = NewChange();
        return changed;
    }

    private void ThrowIfGone()
    {
        lock (_lock)
            ThrowIfGoneUnderLock();
    }

    private void ThrowIfGoneUnderLock()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_cut)
            throw Reset();
    }

    private static IOException Reset() => new("The connection was reset by a fault that was injected (test_faults).", new SocketException((int)SocketError.ConnectionReset));
}
