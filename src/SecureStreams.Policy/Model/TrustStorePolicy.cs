using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>An entry of <c>trust_stores</c>: the certificates that a peer's chain may end in.</summary>
public sealed record TrustStorePolicy : PolicyPart
{
    /// <summary>Its certificates in the order of the policy.</summary>
    public required ImmutableArray<CertificatePolicy> Certificates { get; init; }

    /// <summary>By value, certificates included.</summary>
    public bool Equals(TrustStorePolicy? other) =>
        other is not null && Name == other.Name && Certificates.AsSpan().SequenceEqual(other.Certificates.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Certificates.Length);
}
