using System.Globalization;
using SecureStreams.Benchmarks.Measuring;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>Workload H beside libwebsockets: at a given rate, what a message costs and how long it takes.</summary>
internal static class CrowdTable
{
    // Both of client and server.
    private static readonly Figures OneCore = new(9_907, 52.4, 40.3, 0) { RoundTrips = new RoundTrips(4_031, 12_807) };
    private static readonly Figures Free = new(9_994, 75.3, 61.1, 0) { RoundTrips = new RoundTrips(555, 4_942) };

    public static void Write(PairResult result, bool free)
    {
        var lws = free ? Free : OneCore;
        var (bare, stream) = result.Medians;
        Console.WriteLine();
        Console.WriteLine("| H | echoes/s | CPU us/op: client + server | of libwebsockets' | p50 us | p99 us | allocated B/op |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        Row("libwebsockets", lws, lws);
        Row("bare", bare, lws);
        Row("SecureStreams", stream, lws);
    }

    private static void Row(string name, Figures figures, Figures lws)
    {
        var own = ReferenceEquals(figures, lws);
        Console.WriteLine(FormattableString.Invariant(
            $"| {name} | {figures.PerSecond:#,0} | {figures.ClientCpuMicroseconds:0.0} + {figures.ServerCpuMicroseconds:0.0} = {figures.CpuMicroseconds:0.0} | {figures.CpuMicroseconds / lws.CpuMicroseconds:0.00} | {figures.RoundTrips!.MedianMicroseconds:#,0} | {figures.RoundTrips.P99Microseconds:#,0} | {(own ? "-" : figures.AllocatedBytes.ToString("0", CultureInfo.InvariantCulture))} |"));
    }
}
