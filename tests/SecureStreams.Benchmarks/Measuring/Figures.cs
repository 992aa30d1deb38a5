using System.Text.Json.Serialization;

namespace SecureStreams.Benchmarks.Measuring;

/// <summary>One measurement of one side.</summary>
/// <param name="PerSecond">Operations per second of wall-clock time.</param>
/// <param name="ClientCpuMicroseconds">Processor time of the measuring process for one operation, all threads.</param>
/// <param name="ServerCpuMicroseconds">The same of the server.</param>
/// <param name="AllocatedBytes">Managed bytes that the measuring process allocated for one operation.</param>
internal sealed record Figures(double PerSecond, double ClientCpuMicroseconds, double ServerCpuMicroseconds, double AllocatedBytes)
{
    /// <summary>From sending to the echo, where that was measured.</summary>
    public RoundTrips? RoundTrips { get; init; }

    /// <summary>Processor time of both processes for one operation.</summary>
    [JsonIgnore]
    public double CpuMicroseconds => ClientCpuMicroseconds + ServerCpuMicroseconds;

    public static Figures MedianOf(IReadOnlyList<Figures> all) => new(
        Median(all.Select(static one => one.PerSecond)),
        Median(all.Select(static one => one.ClientCpuMicroseconds)),
        Median(all.Select(static one => one.ServerCpuMicroseconds)),
        Median(all.Select(static one => one.AllocatedBytes)))
    {
        RoundTrips = all.Any(static one => one.RoundTrips is null)
            ? null
            : new RoundTrips(Median(all.Select(static one => one.RoundTrips!.MedianMicroseconds)), Median(all.Select(static one => one.RoundTrips!.P99Microseconds))),
    };

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
