namespace SecureStreams.Tool.Benching;

/// <summary>What this process has used so far; the difference of two readings is what a load cost.</summary>
/// <param name="Timestamp">Of the clock.</param>
/// <param name="User">Processor time in this program.</param>
/// <param name="System">Processor time in the system for it.</param>
/// <param name="Allocated">Managed bytes.</param>
internal readonly record struct BenchClock(long Timestamp, TimeSpan User, TimeSpan System, long Allocated)
{
    // What is shorter would be no wait at all.
    private static readonly TimeSpan Finest = TimeSpan.FromMilliseconds(1);

    public static BenchClock Read(TimeProvider time)
    {
        var cpu = Environment.CpuUsage;
        return new BenchClock(time.GetTimestamp(), cpu.UserTime, cpu.PrivilegedTime, GC.GetTotalAllocatedBytes(precise: true));
    }

    /// <summary>Completes when <paramref name="duration"/> has passed by the clock that is read: timers go by a coarser one and may be some milliseconds early.</summary>
    public static async Task AtLeastAsync(TimeSpan duration, TimeProvider time)
    {
        var begun = time.GetTimestamp();
        for (var left = duration; left > TimeSpan.Zero; left = duration - time.GetElapsedTime(begun))
            await Task.Delay(left < Finest ? Finest : left, time);
    }
}
