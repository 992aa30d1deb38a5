namespace SecureStreams.Benchmarks.Measuring;

/// <summary>Both sides measured one right after the other, so that what else the machine does hits both alike.</summary>
internal sealed record Pair(Figures Bare, Figures Stream)
{
    /// <summary>Throughput of the stream relative to bare; above 1 the stream is faster.</summary>
    public double Throughput => Stream.PerSecond / Bare.PerSecond;

    /// <summary>
    /// The same worked out from the processor time of both processes: what throughput would be on a core of their own. Differs from <see cref="Throughput"/>
    /// when others use the core too.
    /// </summary>
    public double ByCpu => Bare.CpuMicroseconds / Stream.CpuMicroseconds;
}
