using System.Collections.Frozen;
using System.Collections.Immutable;

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

    /// <summary>Authentication schemes by exact name.</summary>
    public required FrozenDictionary<string, AuthPolicy> Auths { get; init; }

    /// <summary><c>metrics</c> in the order of the policy.</summary>
    public required ImmutableArray<MetricPolicy> Metrics { get; init; }

    /// <summary>How many attempts all streams together may make to a peer that fails.</summary>
    public required GovernorPolicy Governor { get; init; }

    /// <summary>Whether a change that makes this policy is on trial at first, and what it must come up to.</summary>
    public required TrialPolicy Trial { get; init; }

    /// <summary>What the document itself states: the members above, and those that are kept and not acted on.</summary>
    public required DocumentPolicy Document { get; init; }

    /// <summary>The names of the documents that it was made of: the base, then the overlays in their order. Not part of equality.</summary>
    public required ImmutableArray<string> Layers { get; init; }

    /// <summary>The streamtype whose name is nearest to one that there is not, for messages; null when none is near.</summary>
    public string? NearestStreamType(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Suggestion.Nearest(name, StreamTypes.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>By value, every entry included.</summary>
    public bool Equals(PolicyModel? other) =>
        other is not null && Release == other.Release && Product == other.Product && SchemaVersion == other.SchemaVersion &&
        SameEntries(Retries, other.Retries) && SameEntries(Certificates, other.Certificates) && SameEntries(TrustStores, other.TrustStores) &&
        SameEntries(StreamTypes, other.StreamTypes) && SameEntries(Auths, other.Auths) && Metrics.AsSpan().SequenceEqual(other.Metrics.AsSpan()) &&
        Governor.Equals(other.Governor) && Trial.Equals(other.Trial) && Document.Equals(other.Document);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Release, Product, SchemaVersion, Retries.Count, Certificates.Count, TrustStores.Count, StreamTypes.Count);

    /// <summary>What it is, not what it holds.</summary>
    public override string ToString() => $"policy '{Release}' for '{Product}', {StreamTypes.Count} streamtypes";

    private static bool SameEntries<T>(FrozenDictionary<string, T> left, FrozenDictionary<string, T> right)
        where T : class
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (name, value) in left)
        {
            if (!right.TryGetValue(name, out var counterpart) || !value.Equals(counterpart))
                return false;
        }

        return true;
    }
}
