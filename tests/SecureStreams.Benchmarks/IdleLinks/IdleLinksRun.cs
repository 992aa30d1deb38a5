using System.Globalization;
using System.Text.Json;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.IdleLinks;

/// <summary>Workload E: idle connections, a server and a measuring process of their own for each protocol and side, on one core.</summary>
internal static class IdleLinksRun
{
    private const int Count = 1000;

    // Connections that nothing is said on, over each protocol that has lasting ones.
    private static readonly (string Id, double? LibwebsocketsKibibytes)[] Kinds = [("A1", 8.66), ("A6", 49.2), ("B1", null), ("B4", null)];

    private static readonly (string Side, RuntimeSettings Settings)[] Sides =
        [("bare", RuntimeSettings.Defaults), ("streams", RuntimeSettings.Defaults), ("bare", RuntimeSettings.Device), ("streams", RuntimeSettings.Device)];

    public static int Run(int processes)
    {
        PinnedProcess.PinSelf();
        Console.WriteLine(FormattableString.Invariant($"{Count} idle connections, KiB each (median of {processes} processes)"));
        Console.WriteLine($"{"",-22} {"",-14} {"client",8} {"compacted",10} {"managed",8} {"allocated",10} {"server",8} {"connect s",10} {"lws client",11}");
        var failed = false;
        foreach (var (id, lws) in Kinds)
        {
            foreach (var (side, settings) in Sides)
            {
                var all = Enumerable.Range(0, processes).Select(_ => Measure(id, side, settings)).OfType<IdleLinkFigures>().ToList();
                failed |= all.Count < processes;
                if (all.Count > 0)
                    Write(WorkloadTable.Find(id)!, $"{side} {settings.Name}", all, lws);
            }
        }

        return failed ? 1 : 0;
    }

    /// <summary>The measuring process.</summary>
    public static async Task<int> RunSideAsync(string id, string side, BenchPeer peer)
    {
        var workload = WorkloadTable.Find(id)!;
        await using IIdleSide idle = side == "bare" ? new BareIdleSide(workload, peer) : new StreamIdleSide(workload, peer);
        using var probe = new ServerProbe(peer);

        // What the first of its kind brings up is not what a connection costs.
        await idle.OpenAsync(1);
        await probe.ResidentBytesAsync();
        Compact();
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        var server = await probe.ResidentBytesAsync();
        var before = ProcessMemory.ResidentBytes();
        var began = TimeProvider.System.GetTimestamp();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        await idle.OpenAsync(Count);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var took = TimeProvider.System.GetElapsedTime(began);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var after = ProcessMemory.ResidentBytes();
        var serverAfter = await probe.ResidentBytesAsync();
        Compact();
        var figures = new IdleLinkFigures(
            (double)(after - before) / Count,
            (double)(ProcessMemory.ResidentBytes() - before) / Count,
            (double)(GC.GetTotalMemory(forceFullCollection: true) - managed) / Count,
            (double)allocated / Count,
            (double)(serverAfter - server) / Count,
            took.TotalSeconds);
        Console.WriteLine(JsonSerializer.Serialize(figures));
        return 0;
    }

    private static IdleLinkFigures? Measure(string id, string side, RuntimeSettings settings)
    {
        using var server = ServerProcess.Start();
        using var client = PinnedProcess.Start(["idle-links-side", id, side, server.Line ?? ""], piped: true, variables: settings.Variables);
        client.StandardInput.Close();
        var line = client.StandardOutput.ReadToEnd();
        client.WaitForExit();
        return client.ExitCode == 0 ? JsonSerializer.Deserialize<IdleLinkFigures>(line) : null;
    }

    private static void Write(Workload workload, string side, List<IdleLinkFigures> all, double? lws)
    {
        double Kibibytes(Func<IdleLinkFigures, double> of) => Figures.Median(all.Select(of)) / 1024;
        Console.WriteLine(FormattableString.Invariant(
            $"{workload.Way,-22} {side,-14} {Kibibytes(static one => one.ClientBytes),8:0.0} {Kibibytes(static one => one.CompactedBytes),10:0.0} {Kibibytes(static one => one.ManagedBytes),8:0.0} {Kibibytes(static one => one.AllocatedBytes),10:0.0} {Kibibytes(static one => one.ServerBytes),8:0.0} {Figures.Median(all.Select(static one => one.ConnectSeconds)),10:0.00} {lws?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-",11}"));
    }

    private static void Compact()
    {
        // Twice, since what finalizers let go is only then found.
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }
}
