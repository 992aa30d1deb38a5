using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Gathers the values of a trust store.</summary>
internal sealed class TrustStoreParts
{
    public ImmutableArray<string> Names { get; set; } = [];
}
