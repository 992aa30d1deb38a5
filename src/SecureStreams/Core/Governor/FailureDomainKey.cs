using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>What fails together: attempts to one peer, judged by one trust store, under one identity.</summary>
/// <param name="Peer">The expanded endpoint; of a URL its origin.</param>
/// <param name="Port">The port of the policy.</param>
/// <param name="Tls">Whether TLS is on.</param>
/// <param name="TrustStore">The trust store; empty for that of the operating system.</param>
/// <param name="Identity">What we show of ourselves; empty for nothing.</param>
internal readonly record struct FailureDomainKey(string Peer, int Port, bool Tls, string TrustStore, string Identity)
{
    private static readonly string[] IdentityAttributes = ["client_cert", "tls_cert_blob", "mqtt_client_id"];

    /// <summary>The domain of an attempt under <paramref name="policy"/>.</summary>
    public static FailureDomainKey Of(StreamTypePolicy policy, MetadataStore metadata)
    {
        // No endpoint: each local sink stands for itself.
        if (policy.LocalSink)
            return new FailureDomainKey($"local_sink {policy.Name}", 0, Tls: false, "", "");
        var peer = policy.Endpoint is { } endpoint ? Origin(endpoint.Expand(metadata.Outgoing)) : "";
        var identity = policy.Auth?.Name ?? "";
        foreach (var attribute in IdentityAttributes)
        {
            if (policy.Find(attribute) is { } stated)
                identity += $" {attribute}={(string.IsNullOrEmpty(stated.Value.Text) ? stated.Value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) : stated.Value.Text)}";
        }

        return new FailureDomainKey(peer, policy.Port, policy.Tls, policy.TrustStore?.Name ?? "", identity);
    }

    private static string Origin(string endpoint)
    {
        var scheme = endpoint.IndexOf("://", StringComparison.Ordinal);
        var path = scheme < 0 ? -1 : endpoint.IndexOf('/', scheme + 3);
        var origin = path < 0 ? endpoint : endpoint[..path];

        // Names of hosts know no case; paths of Unix sockets do.
        return origin.StartsWith('+') ? origin : origin.ToUpperInvariant();
    }
}
