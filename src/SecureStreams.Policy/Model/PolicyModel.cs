using System.Collections.Frozen;

namespace SecureStreams.Policy;

/// <summary>A whole policy, immutable, every name resolved. Equality of its parts decides what an update touches.</summary>
public sealed record PolicyModel
{
    /// <summary>The policy's own version text (<c>release</c>); empty when it has none.</summary>
    public required string Release { get; init; }

    /// <summary>The product it is for (<c>product</c>); empty when it has none.</summary>
    public required string Product { get; init; }

    /// <summary>The schema it is written for (<c>schema-version</c>); 1 when it does not say.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Back-off schemes by exact name.</summary>
    public required FrozenDictionary<string, RetryPolicy> Retries { get; init; }

    /// <summary>Certificates by exact name.</summary>
    public required FrozenDictionary<string, CertificatePolicy> Certificates { get; init; }

    /// <summary>Trust stores by exact name.</summary>
    public required FrozenDictionary<string, TrustStorePolicy> TrustStores { get; init; }

    /// <summary>Streamtypes by exact name.</summary>
    public required FrozenDictionary<string, StreamTypePolicy> StreamTypes { get; init; }
}
