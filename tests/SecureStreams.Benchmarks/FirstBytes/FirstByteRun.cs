using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using SecureStreams.Benchmarks.Measuring;
using SecureStreams.Benchmarks.Processes;

namespace SecureStreams.Benchmarks.FirstBytes;

/// <summary>Workload F3: from the start of a process to the first byte of the body that it asks a running server for, over plaintext h1.</summary>
internal static class FirstByteRun
{
    /// <summary>How the child is asked for one side; its figures are <see cref="Report"/>'s.</summary>
    public const string Command = "first-byte-side";

    // libwebsockets: a stream made when its context says that the network is there, and one made at once. Milliseconds.
    private const double LibwebsocketsOperational = 123.8;
    private const double LibwebsocketsAtOnce = 26.1;

    private static readonly string[] Sides = ["bare", "streams"];

    public static int Run(BenchOptions options)
    {
        using var published = ReadyToRunBuild.Make();
        List<(string Name, string? Program)> builds = [("as built", null)];
        if (published.Program is { } program)
            builds.Add(("published with ReadyToRun", program));

        // Children run where the thread that starts them may, so the free ones come first.
        Measure("both processors", builds, options.Pairs);
        PinnedProcess.PinSelf();
        Measure("one core", builds, options.Pairs);
        return 0;
    }

    /// <summary>The child: what it has found, as <see cref="Measure"/> reads it.</summary>
    /// <param name="firstByte">The moment, by the clock that all processes of the machine share.</param>
    public static void Report(long firstByte) => Console.WriteLine(FormattableString.Invariant($"{firstByte} {Environment.CpuUsage.TotalTime.TotalMilliseconds} {JitInfo.GetCompiledMethodCount()}"));

    private static void Measure(string where, List<(string Name, string? Program)> builds, int rounds)
    {
        using var server = ServerProcess.Start();
        var line = server.Line ?? "";
        var variants = builds.SelectMany(build => Sides.Select(side => (Build: build, Side: side, All: new List<FirstByteFigures>()))).ToList();

        // The first round reads files for the first time, and the server answers its first requests.
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (build, side, all) in variants)
            {
                var figures = Start(side, line, build.Program);
                if (round >= 0)
                    all.Add(figures);
            }
        }

        Console.WriteLine(FormattableString.Invariant(
            $"start of a process to the first byte of a body, {where}; libwebsockets {LibwebsocketsOperational:0.0} ms, or {LibwebsocketsAtOnce:0.0} ms without waiting for the state of the network (median of {rounds} processes)"));
        foreach (var (build, side, all) in variants)
        {
            var times = all.ConvertAll(static one => one.Milliseconds);
            Console.WriteLine(FormattableString.Invariant(
                $"  {build.Name,-28} {side,-8} {Figures.Median(times),7:0.0} ms ({times.Min():0.0} to {times.Max():0.0}), CPU {Figures.Median(all.Select(static one => one.CpuMilliseconds)):0.0} ms, {Figures.Median(all.Select(static one => one.Methods)):0} methods compiled"));
        }
    }

    private static FirstByteFigures Start(string side, string peer, string? program)
    {
        var began = Stopwatch.GetTimestamp();
        using var child = PinnedProcess.Start([Command, side, peer], piped: true, program);
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (child.ExitCode != 0 || output.Split(' ') is not [var firstByte, var cpu, var methods])
            throw new InvalidOperationException($"'{side}' got no answer: {output}");
        return new FirstByteFigures(
            Stopwatch.GetElapsedTime(began, long.Parse(firstByte, CultureInfo.InvariantCulture)).TotalMilliseconds,
            double.Parse(cpu, CultureInfo.InvariantCulture),
            double.Parse(methods, CultureInfo.InvariantCulture));
    }
}
