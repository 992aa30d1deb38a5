namespace SecureStreams.Simulation.Engine;

/// <summary>The product's randomness.</summary>
internal sealed class SimJitter(SimRandom random) : SsRandom
{
    /// <summary>A defect for the invariants to find.</summary>
    public bool AlwaysZero { get; init; }

    public override double NextDouble() => AlwaysZero ? 0 : random.NextDouble();
}
