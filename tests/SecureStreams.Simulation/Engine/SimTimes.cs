namespace SecureStreams.Simulation.Engine;

/// <summary>Bounds of a run, in microseconds of the virtual clock.</summary>
internal static class SimTimes
{
    /// <summary>How long an attempt may take; the product's default.</summary>
    public const long ConnectTimeout = 20_000_000;

    /// <summary>How long the network is sound before every stream must be.</summary>
    public const long Healing = 90_000_000;
}
