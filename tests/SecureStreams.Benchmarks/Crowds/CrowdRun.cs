using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>The measuring process of workload H: both crowds stay connected, one at a time sends. Time is given and operations are counted, unlike elsewhere.</summary>
internal static class CrowdRun
{
    // Operations of a warm-up as many as those of workloads that are done in no time: one measurement takes a hundred thousand.
    private const int WarmUpShare = 8;

    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(Workload workload, ClientOptions options, BenchPeer peer)
    {
        var time = Whole * options.Scale / 100;

        // Twice of what the rate gives: messages that were held up come back late, and then in crowds.
        var most = (int)(2 * workload.Outstanding * (time / CrowdDefaults.Interval)) + workload.Outstanding;
        var bare = new BareCrowdSide(workload, peer, new EchoTally(workload, most));
        var stream = new StreamCrowdSide(workload, peer, new EchoTally(workload, most));
        using var probe = new ServerProbe(peer);
        if (options.Only is { } only)
            return await RepeatAsync(only == "bare" ? bare : stream, probe, time, options);

        await bare.OpenAsync();
        await stream.OpenAsync();
        for (var i = 0; i < Math.Max(1, options.WarmUp / WarmUpShare); i++)
        {
            await MeasureAsync(bare, probe, time);
            await MeasureAsync(stream, probe, time);
        }

        Write($"{workload.Id}: {workload.Title}; {options.Pairs} pairs of {time.TotalSeconds:0.#} s, {Environment.ProcessorCount} processor(s), .NET {Environment.Version}");
        Write($"{"pair",4}  {"bare/s",7} {"ss/s",7}  {"bare us",8} {"ss us",8}  {"by cpu",6}  {"bare p50",8} {"p99",7}  {"ss p50",8} {"p99",7}  {"bare B",7} {"ss B",7}");
        var pairs = new List<Pair>();
        for (var i = 0; i < options.Pairs; i++)
        {
            ICrowdSide one = i % 2 == 0 ? bare : stream, other = i % 2 == 0 ? stream : bare;
            var first = await MeasureAsync(one, probe, time);
            var second = await MeasureAsync(other, probe, time);
            var pair = i % 2 == 0 ? new Pair(first, second) : new Pair(second, first);
            pairs.Add(pair);
            WriteRow((i + 1).ToString(CultureInfo.InvariantCulture), pair, pair.ByCpu);
        }

        var result = new PairResult(workload.Id, (int)(workload.Outstanding * (time / CrowdDefaults.Interval)), pairs);
        WriteRow("med", result.Medians, result.RatioByCpu);
        if (options.JsonFile is { } file)
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(result));
        await bare.DisposeAsync();
        await stream.DisposeAsync();
        return 0;
    }

    /// <summary>For a profiler: says when it is warm and goes on as long as all the pairs would have.</summary>
    private static async Task<int> RepeatAsync(ICrowdSide side, ServerProbe probe, TimeSpan time, ClientOptions options)
    {
        await side.OpenAsync();
        await MeasureAsync(side, probe, time);
        Console.WriteLine($"{WorkloadTable.Crowd} {side.Name}: warm, process {Environment.ProcessId}");
        for (var i = 0; i < options.Pairs; i++)
            await MeasureAsync(side, probe, time);
        return 0;
    }

    private static async Task<Figures> MeasureAsync(ICrowdSide side, ServerProbe probe, TimeSpan time)
    {
        var tally = side.Tally;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        side.Begin();
        await PassAsync(tally, CrowdDefaults.LeadIn);
        var serverBefore = await probe.CpuAsync();
        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: false);
        var cpuBefore = Environment.CpuUsage.TotalTime;
        tally.Begin();

        await PassAsync(tally, time);

        var (echoes, elapsed) = tally.End();
        var cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        var allocated = GC.GetTotalAllocatedBytes(precise: false) - allocatedBefore;
        var server = await probe.CpuAsync() - serverBefore;
        side.Stop();
        await DrainAsync(side);
        return new Figures(echoes / elapsed.TotalSeconds, cpu.TotalMicroseconds / echoes, server.TotalMicroseconds / echoes, (double)allocated / echoes) { RoundTrips = tally.RoundTrips() };
    }

    /// <summary>Waits, unless something goes wrong meanwhile.</summary>
    private static async Task PassAsync(EchoTally tally, TimeSpan time) => await await Task.WhenAny(Task.Delay(time, TimeProvider.System), tally.Failed);

    /// <summary>Every message has to come back, and the other side is not to find them under way.</summary>
    private static async Task DrainAsync(ICrowdSide side)
    {
        var began = Stopwatch.GetTimestamp();
        do
        {
            await PassAsync(side.Tally, 2 * CrowdDefaults.Interval);
            if (Stopwatch.GetElapsedTime(began) > CrowdDefaults.LongestDrain)
                throw new InvalidOperationException($"{side.Name}: {side.Tally.UnderWay} messages have not come back.");
        }
        while (side.Tally.UnderWay > 0);
    }

    private static void WriteRow(string name, Pair pair, double byCpu)
    {
        var (bare, stream) = pair;
        Write(
            $"{name,4}  {bare.PerSecond,7:0} {stream.PerSecond,7:0}  {bare.CpuMicroseconds,8:0.0} {stream.CpuMicroseconds,8:0.0}  {byCpu,6:0.000}  {bare.RoundTrips!.MedianMicroseconds,8:0} {bare.RoundTrips.P99Microseconds,7:0}  {stream.RoundTrips!.MedianMicroseconds,8:0} {stream.RoundTrips.P99Microseconds,7:0}  {bare.AllocatedBytes,7:0} {stream.AllocatedBytes,7:0}");
    }

    private static void Write(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
