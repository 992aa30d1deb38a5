namespace SecureStreams.Benchmarks.Streams;

/// <summary>How many transactions are still to be begun, by whichever stream is free.</summary>
internal sealed class SharedCount
{
    private int _left;

    public void Set(int operations) => Volatile.Write(ref _left, operations);

    /// <summary>Takes one; false when there is none left.</summary>
    public bool TryTake() => Interlocked.Decrement(ref _left) >= 0;
}
