namespace SecureStreams.Tool.Benching;

/// <summary>What this process has used so far; the difference of two readings is what a load cost.</summary>
/// <param name="Timestamp">Of the clock.</param>
/// <param name="User">Processor time in this program.</param>
/// <param name="System">Processor time in the system for it.</param>
/// <param name="Allocated">Managed bytes.</param>
internal readonly record struct BenchClock(long Timestamp, TimeSpan User, TimeSpan System, long Allocated)
{
    public static BenchClock Read(TimeProvider time)
    {
        var cpu = Environment.CpuUsage;
        return new BenchClock(time.GetTimestamp(), cpu.UserTime, cpu.PrivilegedTime, GC.GetTotalAllocatedBytes(precise: true));
    }
}
