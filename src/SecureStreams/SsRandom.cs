using System.Security.Cryptography;

namespace SecureStreams;

/// <summary>A source of random numbers for jitter. Implementations are safe from any thread.</summary>
public abstract class SsRandom
{
    /// <summary>The platform's generator, seeded by the operating system so that devices started together do not retry together.</summary>
    public static SsRandom System { get; } = new SystemRandom();

    /// <summary>A number from 0 to below 1, evenly distributed.</summary>
    public abstract double NextDouble();

    private sealed class SystemRandom : SsRandom
    {
        public override double NextDouble() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
    }
}
