using System.Globalization;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>What the system holds in memory for this process.</summary>
internal static class ProcessMemory
{
    /// <summary>Resident bytes, shared pages in proportion where the system tells (Linux), as they were counted for libwebsockets.</summary>
    public static long ResidentBytes()
    {
        const string Rollup = "/proc/self/smaps_rollup";
        if (!File.Exists(Rollup))
            return Environment.WorkingSet;
        var line = File.ReadLines(Rollup).First(static one => one.StartsWith("Rss:", StringComparison.Ordinal));
        return long.Parse(line["Rss:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
