namespace SecureStreams;

/// <summary>How transactions of a streamtype end, the last thousand or so: what a trial is compared with. Safe from any thread.</summary>
internal sealed class TrialTally
{
    // Then both are halved: what is long ago counts less and less.
    private const uint Most = 1024;

    // Both numbers in one, so that they belong together.
    private ulong _counts;

    public (int Good, int Bad) Read()
    {
        var counts = Volatile.Read(ref _counts);
        return ((int)(counts >> 32), (int)(uint)counts);
    }

    /// <param name="good">What it is.</param>
    /// <param name="afterAll">Whether it was counted as good first.</param>
    public void Add(bool good, bool afterAll = false)
    {
        var seen = Volatile.Read(ref _counts);
        while (true)
        {
            var (yes, no) = ((uint)(seen >> 32) + (good ? 1u : 0u), (uint)seen + (good ? 0u : 1u));
            if (afterAll && yes > 0)
                yes--;
            if (yes + no > Most)
                (yes, no) = (yes / 2, no / 2);
            var before = Interlocked.CompareExchange(ref _counts, ((ulong)yes << 32) | no, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
