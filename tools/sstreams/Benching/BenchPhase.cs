namespace SecureStreams.Tool.Benching;

/// <summary>
/// A stretch of the load, warm-up or what is counted: how much is left to begin, and when all of it is done. Shared by all streams.
/// </summary>
internal sealed class BenchPhase
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _isCounted;
    private readonly Lock _lock = new();
    private readonly List<Action> _idle = [];
    private long _left;
    private long _completed;

    // Those that are at it, under the lock.
    private int _workers;
    private int _stopped;

    /// <param name="operations">How many; null for as many as there are until <see cref="Stop"/>.</param>
    /// <param name="workers">How many streams take part.</param>
    /// <param name="isCounted">Whether latencies count.</param>
    public BenchPhase(long? operations, int workers, bool isCounted)
    {
        // Half of what fits, so that takers who find too little never wrap it.
        _left = operations ?? long.MaxValue / 2;
        Share = (_left + workers - 1) / workers;
        _workers = workers;
        _isCounted = isCounted;
    }

    /// <summary>Whether its latencies count.</summary>
    public bool IsCounted => _isCounted;

    /// <summary>An equal part for each stream.</summary>
    public long Share { get; }

    /// <summary>Operations done.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>Whether no more are begun.</summary>
    public bool IsStopped => Volatile.Read(ref _stopped) != 0;

    /// <summary>Completes when every stream has done its part, or given up.</summary>
    public Task Done => _done.Task;

    /// <summary>Takes an operation to do; false when there is none left.</summary>
    public bool TryTake()
    {
        if (IsStopped)
            return false;
        if (Interlocked.Decrement(ref _left) >= 0)
            return true;
        Interlocked.Increment(ref _left);
        return false;
    }

    /// <summary>Takes up to <paramref name="most"/> operations.</summary>
    public long Take(long most)
    {
        if (IsStopped)
            return 0;
        var before = Interlocked.Add(ref _left, -most) + most;
        var taken = Math.Clamp(before, 0, most);
        Interlocked.Add(ref _left, most - taken);
        return taken;
    }

    /// <summary>Operations that were begun and got lost: somebody does them again, and whoever has left for want of any comes back for them. Only of a stream that takes part.</summary>
    public void GiveBack(long operations)
    {
        if (operations == 0)
            return;
        Action[] rejoining;
        lock (_lock)
        {
            Interlocked.Add(ref _left, operations);
            if (IsStopped || _workers == 0)
                return;
            rejoining = [.. _idle];
            _idle.Clear();
            _workers += rejoining.Length;
        }

        foreach (var rejoin in rejoining)
            rejoin();
    }

    /// <summary>Counts operations that are done.</summary>
    public void Complete(long operations = 1) => Interlocked.Add(ref _completed, operations);

    /// <summary>A stream has nothing left to do. False when there is something by now: then it takes part as before.</summary>
    /// <param name="rejoin">Makes it take part again when something was given back; null when it has given up.</param>
    public bool TryLeave(Action? rejoin)
    {
        lock (_lock)
        {
            if (rejoin is not null)
            {
                // Given back after it had looked: nobody would do it.
                if (!IsStopped && Volatile.Read(ref _left) > 0)
                    return false;
                _idle.Add(rejoin);
            }

            if (--_workers == 0)
                _done.TrySetResult();
            return true;
        }
    }

    /// <summary>Nothing more is begun; what is under way is finished.</summary>
    public void Stop() => Volatile.Write(ref _stopped, 1);
}
