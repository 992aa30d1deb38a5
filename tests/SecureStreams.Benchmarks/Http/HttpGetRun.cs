using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Benchmarks.Http;

/// <summary>The measuring process of <c>http-get</c>: warm-up, then pairs in alternating order, then the table.</summary>
internal static class HttpGetRun
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> RunAsync(BenchOptions options)
    {
        await using var bare = new BareSide(options.Port, options.Http2);
        await using var stream = new StreamSide(options.Port, options.Http2);

        // In turns, so that both meet the compiler's tiers with the same profile of shared code.
        for (var i = 0; i < 8; i++)
        {
            await bare.RunAsync(Math.Max(1, options.WarmUp / 8));
            await stream.RunAsync(Math.Max(1, options.WarmUp / 8));
        }

        Write($"{options.Workload}: {options.Pairs} pairs of {options.Transactions} transactions, {Environment.ProcessorCount} processor(s), .NET {Environment.Version}");
        Write($"{"pair",4}  {"bare/s",8} {"ss/s",8} {"ratio",6}  {"bare us",8} {"ss us",8}  {"by cpu",6}  {"bare B",8} {"ss B",8}");
        var pairs = new List<HttpGetPair>();
        for (var i = 0; i < options.Pairs; i++)
        {
            // Whoever runs second may profit from, or pay for, what the first left behind: every other pair runs the other way round.
            HttpGetFigures first = await MeasureAsync(i % 2 == 0 ? bare : stream, bare, options.Transactions);
            HttpGetFigures second = await MeasureAsync(i % 2 == 0 ? stream : bare, bare, options.Transactions);
            var pair = i % 2 == 0 ? new HttpGetPair(first, second) : new HttpGetPair(second, first);
            pairs.Add(pair);
            WriteRow((i + 1).ToString(CultureInfo.InvariantCulture), pair.Bare, pair.Stream, pair.Throughput, pair.ByCpu);
        }

        var medians = new HttpGetPair(HttpGetFigures.MedianOf([.. pairs.Select(static pair => pair.Bare)]), HttpGetFigures.MedianOf([.. pairs.Select(static pair => pair.Stream)]));
        var ratio = HttpGetFigures.Median(pairs.Select(static pair => pair.Throughput));
        var byCpu = HttpGetFigures.Median(pairs.Select(static pair => pair.ByCpu));
        WriteRow("med", medians.Bare, medians.Stream, ratio, byCpu);
        Write($"client CPU us/op (median): bare {medians.Bare.ClientCpuMicroseconds:0.0}, SecureStreams {medians.Stream.ClientCpuMicroseconds:0.0}; ratio by CPU of both processes {byCpu:0.00}");
        Write($"throughput ratio (median of {options.Pairs}): {ratio:0.00}; allocated B/op: bare {medians.Bare.AllocatedBytes:0}, SecureStreams {medians.Stream.AllocatedBytes:0}");
        if (options.JsonFile is { } file)
        {
            var json = new { options.Workload, options.Transactions, ThroughputRatio = ratio, RatioByCpu = byCpu, Medians = medians, Pairs = pairs };
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(json, Indented));
        }

        return 0;
    }

    private static async Task<HttpGetFigures> MeasureAsync(IHttpGetSide side, BareSide probe, int transactions)
    {
        await side.RunAsync(Math.Max(1, transactions / 20));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var serverBefore = await probe.ServerCpuAsync();
        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();

        await side.RunAsync(transactions);

        var elapsed = Stopwatch.GetElapsedTime(began);
        var cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        var server = await probe.ServerCpuAsync() - serverBefore;
        return new HttpGetFigures(
            transactions / elapsed.TotalSeconds, cpu.TotalMicroseconds / transactions, server.TotalMicroseconds / transactions, (double)allocated / transactions);
    }

    private static void WriteRow(string name, HttpGetFigures bare, HttpGetFigures stream, double ratio, double byCpu) => Write(
        $"{name,4}  {bare.PerSecond,8:0} {stream.PerSecond,8:0} {ratio,6:0.000}  {bare.ClientCpuMicroseconds,8:0.0} {stream.ClientCpuMicroseconds,8:0.0}  {byCpu,6:0.000}  {bare.AllocatedBytes,8:0} {stream.AllocatedBytes,8:0}");

    private static void Write(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
