namespace SecureStreams.Testing.Hosting;

/// <summary>No jitter: delays are those that the policy states.</summary>
internal sealed class NoJitter : SsRandom
{
    public override double NextDouble() => 0;
}
