using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SecureStreams.Benchmarks.Bare;
using SecureStreams.Benchmarks.Crowds;
using SecureStreams.Benchmarks.Mqtt;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Streams;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Measuring;

/// <summary>The measuring process of one workload: warm-up, then pairs in alternating order.</summary>
internal static class PairRun
{
    // Rounds of warm-up: both sides meet the compiler's tiers in turns, with the same profile of shared code.
    private const int Rounds = 8;

    // No measurement takes a tenth of it, even on a busy machine: one that stalls is told instead of waited for.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(ClientOptions options, BenchPeer peer)
    {
        var workload = options.Workloads[0];
        if (workload.Kind == WorkloadKind.Crowd)
            return await CrowdRun.RunAsync(workload, options, peer);
        var operations = Math.Max(1, (int)((long)workload.Operations * options.Scale / 100));
        using var broker = workload.Way == WorkloadWay.Mqtt ? new BenchBroker() : null;
        if (broker is not null)
            await broker.OpenAsync();
        await using var bare = BareSide(workload, options, peer, broker);
        await using var stream = StreamSide(workload, peer, broker);
        if (options.Only is { } only)
            return await RepeatAsync(only == "bare" ? bare : stream, operations, options);

        await bare.OpenAsync();
        await stream.OpenAsync();
        var warmUp = Math.Max(1, (int)((long)operations * options.WarmUp / Rounds));
        for (var i = 0; i < Rounds; i++)
        {
            await RunBoundedAsync(bare, warmUp);
            await RunBoundedAsync(stream, warmUp);
        }

        Write($"{workload.Id}: {workload.Title}; {options.Pairs} pairs of {operations} operations, {Environment.ProcessorCount} processor(s), .NET {Environment.Version}");
        Write($"{"pair",4}  {"bare/s",9} {"ss/s",9} {"ratio",6}  {"bare us",8} {"ss us",8}  {"by cpu",6}  {"bare B",8} {"ss B",8}");
        using var server = broker is null ? new ServerProbe(peer) : null;
        IServerProbe probe = server is null ? broker! : server;
        var pairs = new List<Pair>();
        for (var i = 0; i < options.Pairs; i++)
        {
            // Whoever runs second may profit from, or pay for, what the first left behind: every other pair runs the other way round.
            var first = await MeasureAsync(i % 2 == 0 ? bare : stream, probe, operations);
            var second = await MeasureAsync(i % 2 == 0 ? stream : bare, probe, operations);
            var pair = i % 2 == 0 ? new Pair(first, second) : new Pair(second, first);
            pairs.Add(pair);
            WriteRow((i + 1).ToString(CultureInfo.InvariantCulture), pair, pair.Throughput, pair.ByCpu);
        }

        var result = new PairResult(workload.Id, operations, pairs);
        WriteRow("med", result.Medians, result.Ratio, result.RatioByCpu);
        if (options.JsonFile is { } file)
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(result));
        return 0;
    }

    private static IWorkloadSide BareSide(Workload workload, ClientOptions options, BenchPeer peer, BenchBroker? broker) => (workload.Way, workload.Kind) switch
    {
        (WorkloadWay.Mqtt, WorkloadKind.Echo) => new BareMqttSide(workload, broker!),
        (WorkloadWay.Mqtt, WorkloadKind.Receive) => new MosquittoSubSide(workload, broker!),
        (WorkloadWay.Mqtt, _) => new MosquittoPubSide(workload, broker!),
        (WorkloadWay.WebSocket or WorkloadWay.WebSocketTls, _) => new BareWebSocketSide(workload, peer),
        (WorkloadWay.Raw or WorkloadWay.RawTls, _) => new BareRawSide(workload, peer),
        _ => new BareGetSide(workload, peer, options.HttpClient),
    };

    private static IWorkloadSide StreamSide(Workload workload, BenchPeer peer, BenchBroker? broker) => workload.Kind switch
    {
        _ when broker is not null => new StreamMqttSide(workload, broker),
        WorkloadKind.Get => new StreamGetSide(workload, peer),
        _ => new StreamLinkSide(workload, peer),
    };

    /// <summary>For a profiler: says when it is warm and goes on as long as all the pairs would have.</summary>
    private static async Task<int> RepeatAsync(IWorkloadSide side, int operations, ClientOptions options)
    {
        await side.OpenAsync();
        for (var i = 0; i < options.WarmUp; i++)
            await RunBoundedAsync(side, operations);
        Console.WriteLine($"{options.Workloads[0].Id} {side.Name}: warm, process {Environment.ProcessId}");
        for (var i = 0; i < options.Pairs; i++)
            await RunBoundedAsync(side, operations);
        return 0;
    }

    private static async Task<Figures> MeasureAsync(IWorkloadSide side, IServerProbe probe, int operations)
    {
        await RunBoundedAsync(side, Math.Max(1, operations / 20));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var serverBefore = await probe.CpuAsync();
        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        var cpuBefore = side.Cpu;
        var began = Stopwatch.GetTimestamp();

        await RunBoundedAsync(side, operations);

        var elapsed = side.LastRun ?? Stopwatch.GetElapsedTime(began);
        var cpu = side.Cpu - cpuBefore;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        var server = await probe.CpuAsync() - serverBefore;
        return new Figures(operations / elapsed.TotalSeconds, cpu.TotalMicroseconds / operations, server.TotalMicroseconds / operations, (double)allocated / operations);
    }

    private static async Task RunBoundedAsync(IWorkloadSide side, int operations)
    {
        try
        {
            await side.RunAsync(operations).WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            // Whatever it waits for would keep an orderly end waiting too.
            Console.Error.WriteLine(FormattableString.Invariant($"{side.Name}: {operations} operations are not done after {Bound.TotalSeconds:0} s."));
            Environment.Exit(1);
        }
    }

    private static void WriteRow(string name, Pair pair, double ratio, double byCpu) => Write(
        $"{name,4}  {pair.Bare.PerSecond,9:0} {pair.Stream.PerSecond,9:0} {ratio,6:0.000}  {pair.Bare.ClientCpuMicroseconds,8:0.0} {pair.Stream.ClientCpuMicroseconds,8:0.0}  {byCpu,6:0.000}  {pair.Bare.AllocatedBytes,8:0} {pair.Stream.AllocatedBytes,8:0}");

    private static void Write(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
