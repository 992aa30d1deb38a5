namespace SecureStreams.Tests.Remote;

/// <summary>Always the same.</summary>
internal sealed class FixedRandom(double value) : SsRandom
{
    public override double NextDouble() => value;
}
