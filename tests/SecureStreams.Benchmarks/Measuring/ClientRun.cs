using System.Globalization;
using System.Text.Json;
using SecureStreams.Benchmarks.Crowds;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Measuring;

/// <summary>
/// Starts the server and, for each workload, a measuring process of its own, on one core from their first instruction unless told otherwise; then prints one table of
/// all.
/// </summary>
internal static class ClientRun
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static int Run(string[] args, ClientOptions options)
    {
        if (!options.Free)
            PinnedProcess.PinSelf();
        SetEnvironment(options);
        using var server = ServerProcess.Start();
        if (server.Peer is null)
        {
            Console.Error.WriteLine("The server did not start.");
            return 1;
        }

        var results = new List<PairResult>();
        foreach (var workload in options.Workloads)
        {
            if (Measure(workload, options, server.Line!) is { } result)
                results.Add(result);
        }

        if (results.Count > 0)
            WriteTable(results, options);
        if (results.Find(static one => one.Id == WorkloadTable.Crowd) is { } crowd)
            CrowdTable.Write(crowd, options.Free);
        if (options.JsonFile is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(results, Indented));
        return options.Only is not null || results.Count == options.Workloads.Count ? 0 : 1;
    }

    /// <summary>Children inherit it.</summary>
    private static void SetEnvironment(ClientOptions options)
    {
        // Counting calls at once, not after a quiet tenth of a second, which a process on a busy core may wait for in vain. What is compiled in the end is the same.
        Environment.SetEnvironmentVariable("DOTNET_TC_CallCountingDelayMs", "0");
        if (options.InlineCompletions)
            Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
    }

    private static PairResult? Measure(Workload workload, ClientOptions options, string peer)
    {
        var file = Path.GetTempFileName();
        try
        {
            List<string> args =
            [
                "client", workload.Id, "--peer", peer, "--json", file, "--pairs", Text(options.Pairs), "--scale", Text(options.Scale), "--warm-up", Text(options.WarmUp),
            ];
            if (options.HttpClient)
                args.Add("--http-client");
            if (options.Only is { } only)
                args.AddRange(["--only", only]);
            using var client = PinnedProcess.Start(args, piped: false);
            client.WaitForExit();
            Console.WriteLine();
            return client.ExitCode == 0 && options.Only is null ? JsonSerializer.Deserialize<PairResult>(File.ReadAllText(file)) : null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void WriteTable(List<PairResult> results, ClientOptions options)
    {
        Console.WriteLine("| | workload | bare op/s | SecureStreams op/s | MB/s | ratio | by CPU | client CPU us/op: bare, ss | allocated B/op: bare, ss | of libwebsockets |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var result in results)
        {
            var workload = WorkloadTable.Find(result.Id)!;
            var (bare, stream) = result.Medians;
            var lws = options.Free ? workload.LibwebsocketsFree : workload.LibwebsocketsOneCore;
            Console.WriteLine(FormattableString.Invariant(
                $"| {workload.Id} | {workload.Title} | {bare.PerSecond:#,0} | {stream.PerSecond:#,0} | {stream.PerSecond * workload.BytesOfOperation / Workload.Megabyte:0.0} | {result.Ratio:0.00} | {result.RatioByCpu:0.00} | {bare.ClientCpuMicroseconds:0.0}, {stream.ClientCpuMicroseconds:0.0} | {bare.AllocatedBytes:0}, {stream.AllocatedBytes:0} | {(lws is { } reached ? Times(stream.PerSecond / reached) : "-")} |"));
        }
    }

    private static string Times(double factor) => string.Create(CultureInfo.InvariantCulture, $"{factor:0.00}x");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
