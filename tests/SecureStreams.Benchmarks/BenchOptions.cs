using System.Globalization;

namespace SecureStreams.Benchmarks;

/// <summary>The command line of everything but <c>client</c>.</summary>
internal sealed record BenchOptions
{
    public required string Workload { get; init; }

    /// <summary>How many times something is measured.</summary>
    public int Pairs { get; init; } = 11;

    public static BenchOptions? Parse(string[] args) => args switch
    {
        [var workload] => new BenchOptions { Workload = workload },
        [var workload, "--pairs", var pairs] when int.TryParse(pairs, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 =>
            new BenchOptions { Workload = workload, Pairs = number },
        _ => null,
    };
}
