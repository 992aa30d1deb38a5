using System.Diagnostics;

namespace SecureStreams.Interop.Probe.Crowds;

/// <summary>What one side of a crowd of connections says of itself.</summary>
/// <param name="Port">Where the server listens; 0 for clients.</param>
/// <param name="Alive">Connections that stand.</param>
/// <param name="Ended">Connections that have ended, or were not made, so far.</param>
/// <param name="Messages">Messages received so far.</param>
/// <param name="ManagedBytes">What the heap holds after a collection.</param>
/// <param name="WorkingSetBytes">What the process has in memory.</param>
/// <param name="ProcessorSeconds">Processor time used so far.</param>
public sealed record CrowdReport(int Port, int Alive, int Ended, long Messages, long ManagedBytes, long WorkingSetBytes, double ProcessorSeconds)
{
    /// <summary>Round trips: the median, that of the slowest in a hundred, and the slowest, in milliseconds; 0 where none was measured.</summary>
    public IReadOnlyList<double> RoundTrips { get; init; } = [];

    /// <summary>With what the process itself can say.</summary>
    public static CrowdReport Of(int port, int alive, int ended, long messages)
    {
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        using var process = Process.GetCurrentProcess();
        return new CrowdReport(port, alive, ended, messages, managed, process.WorkingSet64, process.TotalProcessorTime.TotalSeconds);
    }
}
