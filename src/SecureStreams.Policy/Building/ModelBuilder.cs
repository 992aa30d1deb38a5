using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SecureStreams.Policy;

/// <summary>From a checked policy to the model: defaults filled in, names resolved.</summary>
internal static class ModelBuilder
{
    public static PolicyModel Build(StatedPolicy policy)
    {
        var document = new DocumentParts();
        Apply(policy.Document, document);
        var certificates = new Dictionary<string, CertificatePolicy>(policy.Certificates.Count, StringComparer.Ordinal);
        foreach (var certificate in policy.Certificates)
            certificates.Add(certificate.Name, certificate);
        var names = new ResolvedNames(certificates);
        foreach (var part in policy.Retries)
            names.Retries.Add(part.Name, BuildRetry(part));
        foreach (var part in policy.TrustStores)
            names.TrustStores.Add(part.Name, BuildTrustStore(part, names));
        foreach (var part in policy.Auths)
            names.Auths.Add(part.Name, BuildAuth(part));

        var streams = new Dictionary<string, StreamTypePolicy>(policy.StreamTypes.Count, StringComparer.Ordinal);
        var parts = new StreamTypeParts(names, DocumentProxyOf(policy, document));
        for (var i = 0; i < policy.StreamTypes.Count; i++)
        {
            var part = policy.StreamTypes[i];
            streams.Add(part.Name, BuildStreamType(part, parts));
        }

        return new PolicyModel
        {
            Release = document.Release,
            Product = document.Product,
            SchemaVersion = document.SchemaVersion,
            Retries = names.Retries.ToFrozenDictionary(StringComparer.Ordinal),
            Certificates = certificates.ToFrozenDictionary(StringComparer.Ordinal),
            TrustStores = names.TrustStores.ToFrozenDictionary(StringComparer.Ordinal),
            Auths = names.Auths.ToFrozenDictionary(StringComparer.Ordinal),
            Metrics = BuildMetrics(policy.Metrics),
            StreamTypes = streams.ToFrozenDictionary(StringComparer.Ordinal),
            Governor = new GovernorPolicy(document.GovernorRate, document.GovernorBurst, document.GovernorInFlight),
            Trial = new TrialPolicy(document.TrialSeconds, document.TrialConnected, document.TrialAcked),
            Document = new DocumentPolicy { Name = "", Stated = Keep(policy.Document) },
            Layers = [.. policy.Layers],
        };
    }

    private static ProxyPolicy? DocumentProxyOf(StatedPolicy policy, DocumentParts document)
    {
        foreach (ref readonly var value in policy.Document.AsSpan())
        {
            if (document.Proxy is { } proxy && value.Attribute.Name is "via-socks5" or "via_http_proxy" && value.Value.Text == proxy.Text)
                return proxy.At(value.Location);
        }

        return document.Proxy;
    }

    private static ImmutableArray<MetricPolicy> BuildMetrics(IReadOnlyList<StatedPart> parts)
    {
        var metrics = new MetricPolicy[parts.Count];
        for (var i = 0; i < metrics.Length; i++)
        {
            var part = parts[i];
            metrics[i] = new MetricPolicy { Name = part.Name, Location = part.Location, Stated = Keep(part.Values) };
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(metrics);
    }

    private static RetryPolicy BuildRetry(in StatedPart part)
    {
        var parts = new RetryParts();
        Apply(part.Values, parts);
        return parts.Build(part.Name) with { Location = part.Location, Stated = Keep(part.Values) };
    }

    private static TrustStorePolicy BuildTrustStore(in StatedPart part, ResolvedNames names)
    {
        var parts = new TrustStoreParts(names);
        Apply(part.Values, parts);
        return new TrustStorePolicy { Name = part.Name, Location = part.Location, Stated = Keep(part.Values), Certificates = parts.Certificates };
    }

    private static AuthPolicy BuildAuth(in StatedPart part)
    {
        var parts = new AuthParts();
        Apply(part.Values, parts);
        return new AuthPolicy
        {
            Name = part.Name, Location = part.Location, Stated = Keep(part.Values), Type = parts.Type, StreamType = parts.StreamType, Blob = parts.Blob,
            BlobName = parts.BlobName,
        };
    }

    private static StreamTypePolicy BuildStreamType(in StatedPart part, StreamTypeParts parts)
    {
        parts.Clear();
        Apply(part.Values, parts);
        Apply(part.Values, parts.Http);
        return parts.Build(part);
    }

    /// <summary>Sets every value that <typeparamref name="TParts"/> carries.</summary>
    private static void Apply<TParts>(PolicyAttributeValue[] values, TParts parts)
    {
        foreach (ref readonly var value in values.AsSpan())
        {
            if (value.Attribute is PolicyAttributeInfo<TParts> carried && !carried.MeansDefault(value.Value))
                carried.Set(parts, value.Value);
        }
    }

    private static ImmutableArray<PolicyAttributeValue> Keep(PolicyAttributeValue[] values) => ImmutableCollectionsMarshal.AsImmutableArray(values);
}
