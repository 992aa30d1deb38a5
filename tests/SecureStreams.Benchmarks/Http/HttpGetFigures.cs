namespace SecureStreams.Benchmarks.Http;

/// <summary>One measurement of one side.</summary>
/// <param name="PerSecond">Transactions per second of wall-clock time.</param>
/// <param name="ClientCpuMicroseconds">Processor time of the measuring process for one transaction, all threads.</param>
/// <param name="ServerCpuMicroseconds">The same of the server.</param>
/// <param name="AllocatedBytes">Managed bytes that the measuring process allocated for one transaction.</param>
internal sealed record HttpGetFigures(double PerSecond, double ClientCpuMicroseconds, double ServerCpuMicroseconds, double AllocatedBytes)
{
    public static HttpGetFigures MedianOf(IReadOnlyList<HttpGetFigures> all) => new(
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
