namespace SecureStreams.Benchmarks.Measuring;

/// <summary>What the measuring process of a workload found, as it hands it to the one that started it.</summary>
internal sealed record PairResult(string Id, int Operations, IReadOnlyList<Pair> Pairs)
{
    /// <summary>Medians of all pairs, each figure for itself.</summary>
    public Pair Medians { get; } = new(Figures.MedianOf([.. Pairs.Select(static pair => pair.Bare)]), Figures.MedianOf([.. Pairs.Select(static pair => pair.Stream)]));

    /// <summary>Median of the ratios of throughput.</summary>
    public double Ratio { get; } = Figures.Median(Pairs.Select(static pair => pair.Throughput));

    /// <summary>Median of the ratios by processor time.</summary>
    public double RatioByCpu { get; } = Figures.Median(Pairs.Select(static pair => pair.ByCpu));
}
