namespace SecureStreams.TestSupport.Checks;

/// <summary>Counts the managed bytes that code allocates on the thread that calls it.</summary>
/// <remarks>
/// Now and then the runtime charges what it makes for itself to whoever happens to run: a table for handles of string literals is one array of 16,344 bytes, when a method is compiled
/// anew. Code that allocates does so in every window, so the least of a few windows is what the code itself costs.
/// </remarks>
public static class Allocated
{
    /// <summary>The least that <paramref name="work"/> allocated in so many runs of it. It has to have run before, so that it is compiled and its pools are filled.</summary>
    /// <param name="work">Synchronous; it stays on this thread.</param>
    /// <param name="windows">How often it runs.</param>
    public static long Least(Action work, int windows = 3)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        var least = long.MaxValue;
        for (var window = 0; window < windows; window++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
