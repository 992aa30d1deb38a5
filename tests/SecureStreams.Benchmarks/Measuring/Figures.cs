namespace SecureStreams.Benchmarks.Measuring;

/// <summary>One measurement of one side.</summary>
/// <param name="PerSecond">Operations per second of wall-clock time.</param>
/// <param name="ClientCpuMicroseconds">Processor time of the measuring process for one operation, all threads.</param>
/// <param name="ServerCpuMicroseconds">The same of the server.</param>
/// <param name="AllocatedBytes">Managed bytes that the measuring process allocated for one operation.</param>
internal sealed record Figures(double PerSecond, double ClientCpuMicroseconds, double ServerCpuMicroseconds, double AllocatedBytes)
{
    public static Figures MedianOf(IReadOnlyList<Figures> all) => new(
        Median(all.Select(static one => one.PerSecond)),
        Median(all.Select(static one => one.ClientCpuMicroseconds)),
        Median(all.Select(static one => one.ServerCpuMicroseconds)),
        Median(all.Select(static one => one.AllocatedBytes)));

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
