using System.Globalization;
using System.Text;

namespace SecureStreams.Tool.Benching;

/// <summary>The figures for people.</summary>
internal static class BenchText
{
    public static string Of(BenchFigures figures)
    {
        var plan = figures.Plan;
        var text = new StringBuilder();
        Line($"{ModeOf(plan.Mode)}: {figures.Operations:#,0} {plan.Noun}s{(plan.Size > 0 ? $" of {plan.Size} bytes" : "")}, {plan.Protocol}, {Wording.Count(figures.Settings.Streams, "stream")}{(plan.Mode == BenchMode.Echo ? $", {plan.Outstanding} outstanding" : "")}, {figures.Elapsed.TotalSeconds:0.00} s");
        if (figures.EndedBy is { } why)
            Line($"  partial:    {why}");
        Line($"  rate:       {figures.PerSecond:#,0} {plan.Noun}s/s, sent {figures.MegabytesPerSecond(figures.SentBytes):0.0} MB/s, received {figures.MegabytesPerSecond(figures.ReceivedBytes):0.0} MB/s");
        if (figures.Latencies is { Count: > 0 } latencies)
            Line($"  latency:    p50 {Time(latencies.Percentile(50))}, p90 {Time(latencies.Percentile(90))}, p99 {Time(latencies.Percentile(99))}, p99.9 {Time(latencies.Percentile(99.9))}, max {Time(latencies.Longest)}");
        var user = figures.Each(figures.UserTime.TotalMicroseconds);
        var system = figures.Each(figures.SystemTime.TotalMicroseconds);
        Line($"  processor:  {user + system:0.0} us each (user {user:0.0}, system {system:0.0})");
        Line($"  allocated:  {figures.Each(figures.AllocatedBytes):0} bytes each");
        if (figures.Reconnects > 0 || figures.Lost > 0)
            Line($"  reconnects: {figures.Reconnects:#,0}, {figures.Lost:#,0} {plan.Noun}s lost on the way");
        foreach (var (cause, count) in figures.Troubles)
            Line($"  trouble:    {count:#,0} x {PlainText.OneLine(cause)}");
        return text.ToString();

        void Line(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
    }

    /// <summary>How a mode is called.</summary>
    public static string ModeOf(BenchMode mode) => mode switch
    {
        BenchMode.Get => "get",
        BenchMode.Echo => "echo",
        _ => "one-way",
    };

    private static string Time(TimeSpan time) => time.TotalMicroseconds switch
    {
        < 1_000 and var microseconds => string.Create(CultureInfo.InvariantCulture, $"{microseconds:0.0} us"),
        < 1_000_000 and var microseconds => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000:0.00} ms"),
        var microseconds => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000_000:0.00} s"),
    };
}
