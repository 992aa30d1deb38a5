namespace SecureStreams.Tool.Benching;

/// <summary>What went wrong and was recovered or not, counted by cause. Safe from any thread.</summary>
internal sealed class BenchTroubles
{
    // Statuses and causes are few; whatever makes more of them shall not fill the memory.
    private const int MaxKinds = 64;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts one.</summary>
    /// <param name="cause">In a few words that say no more than is the same for all of its kind.</param>
    public void Add(string cause)
    {
        lock (_lock)
        {
            if (_counts.Count >= MaxKinds && !_counts.ContainsKey(cause))
                cause = "others";
            _counts[cause] = _counts.GetValueOrDefault(cause) + 1;
        }
    }

    /// <summary>All so far, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Read()
    {
        lock (_lock)
            return [.. _counts.OrderByDescending(static one => one.Value)];
    }
}
