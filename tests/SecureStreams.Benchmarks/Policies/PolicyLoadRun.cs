using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Http;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Policy;

namespace SecureStreams.Benchmarks.Policies;

/// <summary>From policy text to model: text read, checked and built. Cold is the first load of a process, everything compiled on the way included.</summary>
internal static class PolicyLoadRun
{
    private const int Cold = 1000;
    private const int LoadsInARound = 5;

    /// <summary>What libwebsockets took for the same text, parse alone (no checks, no certificate), in µs: one measurement on the same kind of machine.</summary>
    private static readonly (int StreamTypes, double? Microseconds)[] Sizes = [(1, 36), (100, 4088), (1000, 234_604), (2000, null), (4000, null)];

    public static int Run(BenchOptions options)
    {
        PinnedProcess.PinSelf();
        var cold = new List<double>();
        for (var i = 0; i < options.Pairs; i++)
        {
            using var child = PinnedProcess.Start(["policy-load-cold"], piped: true);
            var line = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            cold.Add(double.Parse(line, CultureInfo.InvariantCulture));
        }

        Console.WriteLine(FormattableString.Invariant(
            $"cold: {Cold} streamtypes, first load of a process: median of {cold.Count} {HttpGetFigures.Median(cold):0.0} ms ({cold.Min():0.0} to {cold.Max():0.0})"));
        using var measured = PinnedProcess.Start(["policy-load-warm", "--pairs", options.Pairs.ToString(CultureInfo.InvariantCulture)], piped: false);
        measured.WaitForExit();
        return measured.ExitCode;
    }

    public static int RunCold()
    {
        var text = ScalePolicy.ToUtf8(Cold);
        var began = Stopwatch.GetTimestamp();
        var result = PolicyLoader.Load(text, "scale.json");
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        Check(result, Cold);
        Console.Error.WriteLine($"jit {System.Runtime.JitInfo.GetCompiledMethodCount()} methods {System.Runtime.JitInfo.GetCompilationTime().TotalMilliseconds} ms gc {GC.CollectionCount(0)} {GC.GetTotalPauseDuration().TotalMilliseconds}");
        Console.WriteLine(took.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    public static int RunWarm(BenchOptions options)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{"warm, streamtypes",18} {"bytes",10} {"ms",9} {"CPU ms",9} {"us each",9} {"allocated",11} {"x text",7} {"lws ms",9}   (median of {options.Pairs} rounds)"));
        foreach (var (streamTypes, lws) in Sizes)
            Measure(options.Pairs, streamTypes, lws);
        return 0;
    }

    private static void Measure(int rounds, int streamTypes, double? lws)
    {
        var text = ScalePolicy.ToUtf8(streamTypes);
        var loads = Math.Max(1, LoadsInARound * 1000 / streamTypes);
        for (var i = 0; i < 3 * rounds; i++)
            Check(Load(text, Math.Max(1, loads / 4)), streamTypes);

        var times = new List<double>();
        var processor = new List<double>();
        var bytes = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var used = Environment.CpuUsage.TotalTime;
            var began = Stopwatch.GetTimestamp();
            Load(text, loads);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds / loads);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds / loads);
            bytes.Add((double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / loads);
        }

        var median = HttpGetFigures.Median(times);
        Console.WriteLine(FormattableString.Invariant(
            $"{streamTypes,18} {text.Length,10} {median,9:0.000} {HttpGetFigures.Median(processor),9:0.000} {1000 * median / streamTypes,9:0.00} {HttpGetFigures.Median(bytes),11:0} {HttpGetFigures.Median(bytes) / text.Length,7:0.00} {(lws is { } microseconds ? (microseconds / 1000).ToString("0.000", CultureInfo.InvariantCulture) : "-"),9}"));
    }

    private static PolicyLoadResult Load(byte[] text, int times)
    {
        var result = PolicyLoader.Load(text, "scale.json");
        for (var i = 1; i < times; i++)
            result = PolicyLoader.Load(text, "scale.json");
        return result;
    }

    private static void Check(PolicyLoadResult result, int streamTypes)
    {
        if (result.Model?.StreamTypes.Count != streamTypes)
            throw new InvalidOperationException("The policy did not load: " + string.Join('\n', result.Diagnostics));
    }
}
