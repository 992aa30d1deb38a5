using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Measuring;
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
        using var published = ReadyToRunBuild.Make();
        PinnedProcess.PinSelf();
        Console.WriteLine(FormattableString.Invariant($"cold: first load of a process, {Cold} streamtypes, libwebsockets {Sizes.Single(static one => one.StreamTypes == Cold).Microseconds / 1000:0.0} ms"));
        if (published.Program is { } program)
            MeasureCold("published with ReadyToRun", options.Pairs, program);
        MeasureCold("compiled as it runs", options.Pairs, program: null);
        using var measured = PinnedProcess.Start(["policy-load-warm", "--pairs", options.Pairs.ToString(CultureInfo.InvariantCulture)], piped: false);
        measured.WaitForExit();
        return measured.ExitCode;
    }

    private static void MeasureCold(string how, int processes, string? program)
    {
        var times = new List<double>();
        var processor = new List<double>();
        for (var i = 0; i < processes; i++)
        {
            using var child = PinnedProcess.Start(["policy-load-cold"], piped: true, program);
            var figures = child.StandardOutput.ReadToEnd().Split(' ');
            child.WaitForExit();
            times.Add(double.Parse(figures[0], CultureInfo.InvariantCulture));
            processor.Add(double.Parse(figures[1], CultureInfo.InvariantCulture));
        }

        Console.WriteLine(FormattableString.Invariant(
            $"  {how,-28} {Figures.Median(times),7:0.0} ms ({times.Min():0.0} to {times.Max():0.0}), CPU {Figures.Median(processor):0.0} ms   (median of {processes} processes)"));
    }

    public static int RunCold()
    {
        var text = ScalePolicy.ToUtf8(Cold);
        var used = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        var result = PolicyLoader.Load(text, "scale.json");
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        var cpu = (Environment.CpuUsage.TotalTime - used).TotalMilliseconds;
        Check(result, Cold);
        Console.WriteLine(FormattableString.Invariant($"{took} {cpu}"));
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

        var median = Figures.Median(times);
        Console.WriteLine(FormattableString.Invariant(
            $"{streamTypes,18} {text.Length,10} {median,9:0.000} {Figures.Median(processor),9:0.000} {1000 * median / streamTypes,9:0.00} {Figures.Median(bytes),11:0} {Figures.Median(bytes) / text.Length,7:0.00} {(lws is { } microseconds ? (microseconds / 1000).ToString("0.000", CultureInfo.InvariantCulture) : "-"),9}"));
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
