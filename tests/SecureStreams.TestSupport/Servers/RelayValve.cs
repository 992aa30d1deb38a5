namespace SecureStreams.TestSupport.Servers;

/// <summary>Lets one direction of a relayed connection through, or not.</summary>
internal sealed class RelayValve
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _closed;
    private int _most = 32 * 1024;
    private long _bytes;
    private long _cutAt = long.MaxValue;
    private Action? _cut;

    /// <summary>What each chunk waits before it goes on.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Bytes that came through.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public void Close()
    {
        lock (_lock)
            _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Opens it.</summary>
    /// <param name="most">How many bytes may pass at a time.</param>
    public void Open(int most)
    {
        lock (_lock)
        {
            _most = most;
            _closed?.TrySetResult();
            _closed = null;
        }
    }

    /// <summary>Does <paramref name="act"/> once so many bytes have come through, before the next.</summary>
    public void CutAfter(long bytes, Action act)
    {
        lock (_lock)
            (_cutAt, _cut) = (bytes, act);
    }

    /// <summary>Waits until it is open.</summary>
    /// <returns>How many bytes may pass at a time.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? closed = null;
            Action? cut = null;
            lock (_lock)
            {
                if (_cut is not null && Bytes >= _cutAt)
                    (cut, _cut, _cutAt) = (_cut, null, long.MaxValue);
                else if (_closed is null)
                    return (int)Math.Min(_most, _cutAt - Bytes);
                else
                    closed = _closed.Task;
            }

            // Outside the lock: it may well close or open this very valve.
            cut?.Invoke();
            if (closed is not null)
                await closed.WaitAsync(cancellationToken);
        }
    }

    public void Passed(int count) => Interlocked.Add(ref _bytes, count);
}
