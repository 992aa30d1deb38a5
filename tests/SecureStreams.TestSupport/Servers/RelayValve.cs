namespace SecureStreams.TestSupport.Servers;

/// <summary>Lets one direction of a relayed connection through, or not.</summary>
internal sealed class RelayValve
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _closed;
    private int _most = 32 * 1024;
    private long _bytes;

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

    /// <summary>Waits until it is open.</summary>
    /// <returns>How many bytes may pass at a time.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task closed;
            lock (_lock)
            {
                if (_closed is null)
                    return _most;
                closed = _closed.Task;
            }

            await closed.WaitAsync(cancellationToken);
        }
    }

    public void Passed(int count) => Interlocked.Add(ref _bytes, count);
}
