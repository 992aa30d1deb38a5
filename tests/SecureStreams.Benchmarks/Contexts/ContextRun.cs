using System.Diagnostics;
using System.Globalization;
using System.Text;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.Benchmarks.Policies;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Policy;

namespace SecureStreams.Benchmarks.Contexts;

/// <summary>Workload F2: a context made of policy text, and its end, in a process that has made some before.</summary>
internal static class ContextRun
{
    // Milliseconds that libwebsockets took for the same text.
    private static readonly (int StreamTypes, double Libwebsockets)[] Sizes = [(1, 20.4), (100, 22.5), (1000, 260)];

    // Small ones are over before the clock is sure of itself, so a round makes some.
    private const int StreamTypesInARound = 2000;
    private const int MostInARound = 200;

    /// <summary>Starts the measuring process.</summary>
    public static int Run(BenchOptions options)
    {
        PinnedProcess.PinSelf();
        using var measured = PinnedProcess.Start(["context-warm", "--pairs", options.Pairs.ToString(CultureInfo.InvariantCulture)], piped: false);
        measured.WaitForExit();
        return measured.ExitCode;
    }

    /// <summary>The measuring process.</summary>
    public static async Task<int> RunWarmAsync(BenchOptions options)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{"context, streamtypes",20} {"ms",9} {"CPU ms",9} {"allocated",11} {"parse alone ms",15} {"end ms",9} {"lws ms",8}   (median of {options.Pairs} rounds)"));
        foreach (var (streamTypes, libwebsockets) in Sizes)
            await MeasureAsync(options.Pairs, streamTypes, libwebsockets);
        return 0;
    }

    private static async Task MeasureAsync(int rounds, int streamTypes, double libwebsockets)
    {
        var utf8 = ScalePolicy.ToUtf8(streamTypes);
        var text = Encoding.UTF8.GetString(utf8);
        var contexts = new LocalContext[Math.Clamp(StreamTypesInARound / streamTypes, 2, MostInARound)];
        for (var i = 0; i < 3 * rounds; i++)
        {
            Make(text, contexts);
            await EndAsync(contexts);
            Parse(utf8, contexts.Length);
        }

        List<double> times = [], processor = [], bytes = [], parses = [], ends = [];
        for (var i = 0; i < rounds; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var used = Environment.CpuUsage.TotalTime;
            var began = Stopwatch.GetTimestamp();
            Make(text, contexts);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds / contexts.Length);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds / contexts.Length);
            bytes.Add((double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / contexts.Length);
            began = Stopwatch.GetTimestamp();
            await EndAsync(contexts);
            ends.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds / contexts.Length);
            began = Stopwatch.GetTimestamp();
            Parse(utf8, contexts.Length);
            parses.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds / contexts.Length);
        }

        Console.WriteLine(FormattableString.Invariant(
            $"{streamTypes,20} {Figures.Median(times),9:0.000} {Figures.Median(processor),9:0.000} {Figures.Median(bytes),11:0} {Figures.Median(parses),15:0.000} {Figures.Median(ends),9:0.000} {libwebsockets,8:0.0}"));
    }

    private static void Make(string text, LocalContext[] contexts)
    {
        for (var i = 0; i < contexts.Length; i++)
            contexts[i] = SsContext.FromJson(text);
    }

    private static async Task EndAsync(LocalContext[] contexts)
    {
        foreach (var context in contexts)
            await context.DisposeAsync();
    }

    private static void Parse(byte[] utf8, int times)
    {
        for (var i = 0; i < times; i++)
        {
            if (PolicyLoader.Load(utf8, "policy").Model is null)
                throw new InvalidOperationException("The policy did not load.");
        }
    }
}
