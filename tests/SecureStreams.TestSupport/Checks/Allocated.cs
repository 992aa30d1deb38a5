namespace SecureStreams.TestSupport.Checks;

/// <summary>Counts the managed bytes that code allocates.</summary>
/// <remarks>
/// Now and then the runtime charges what it makes for itself to whoever happens to run: a table for handles of string literals is one array of 16,344 bytes, when a method is compiled
/// anew. Code that allocates does so in every window, so the least of a few windows is what the code itself costs.
/// </remarks>
public static class Allocated
{
    /// <summary>
    /// How many windows of the whole process are looked at. Many: methods are compiled anew, the thread pool starts a thread, the clock of a server ticks; on a busy machine a window takes seconds, and few are
    /// without any of that. All that costs nothing where the first is.
    /// </summary>
    private const int ProcessWindows = 24;

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

    /// <summary>
    /// The least that the whole process allocated while <paramref name="work"/> ran, whichever threads it used. Runs it again and again until that is <paramref name="enough"/>, or it is clear that it never will be. It has to have
    /// run before, and no other test may run beside.
    /// </summary>
    /// <param name="work">What is measured.</param>
    /// <param name="enough">Little enough: no further run is needed.</param>
    public static async Task<long> LeastInProcessAsync(Func<Task> work, long enough)
    {
        ArgumentNullException.ThrowIfNull(work);
        var least = long.MaxValue;
        for (var window = 0; window < ProcessWindows && least > enough; window++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await work();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
