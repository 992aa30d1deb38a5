using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Gathers the values of a trust store.</summary>
internal sealed class TrustStoreParts(ResolvedNames names)
{
    /// <summary>For setters of attributes that name something.</summary>
    public ResolvedNames Names { get; } = names;

    public ImmutableArray<CertificatePolicy> Certificates { get; set; } = [];
}
