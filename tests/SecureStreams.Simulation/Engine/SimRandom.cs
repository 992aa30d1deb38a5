namespace SecureStreams.Simulation.Engine;

/// <summary>A small generator of our own (SplitMix64), so that a seed means the same on every runtime and machine.</summary>
internal sealed class SimRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator of its own for one purpose, so that one purpose drawing more does not shift the others.</summary>
    public static SimRandom For(int seed, int purpose) => new(Mix(((ulong)(uint)seed << 32) | (uint)purpose));

    /// <summary>A hash of 64 bits.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>From 0 to below <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)(uint)bound) >> 32);

    /// <summary>From <paramref name="low"/> to below <paramref name="high"/>.</summary>
    public long Between(long low, long high) => low + (long)(NextDouble() * (high - low));

    /// <summary>True once in <paramref name="count"/>.</summary>
    public bool OneIn(int count) => Below(count) == 0;

    /// <summary>From 0 to below 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }
}
