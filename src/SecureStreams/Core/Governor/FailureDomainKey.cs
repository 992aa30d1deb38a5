using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>What fails together: attempts to one peer, judged by one trust store, under one identity.</summary>
/// <param name="Peer">The expanded endpoint; of a URL its origin.</param>
/// <param name="Port">The port of the policy.</param>
/// <param name="Tls">Whether TLS is on.</param>
/// <param name="TrustStore">The trust store; empty for that of the operating system.</param>
/// <param name="Identity">What we show of ourselves; empty for nothing.</param>
/// <param name="Proxy">
/// The proxy that the policy names; empty for none. A peer behind two proxies can be well through one and dead through the other. Peers behind one proxy stay apart: that it
/// reaches one says nothing of another, and a proxy that is dead itself costs each of them its own budget.
/// </param>
internal readonly record struct FailureDomainKey(string Peer, int Port, bool Tls, string TrustStore, string Identity, string Proxy = "")
{
    private static readonly string[] IdentityAttributes = ["client_cert", "tls_cert_blob", "mqtt_client_id", "mqtt_username_blob", "mqtt_password_blob"];

    /// <summary>The domain of an attempt under <paramref name="policy"/>.</summary>
    public static FailureDomainKey Of(StreamTypePolicy policy, MetadataStore metadata)
    {
        // No endpoint: each local sink stands for itself.
        if (policy.LocalSink)
            return new FailureDomainKey($"local_sink {policy.Name}", 0, Tls: false, "", "");
        var peer = policy.Endpoint is { } endpoint ? Origin(endpoint.IsLiteral ? endpoint.Text : endpoint.Expand(metadata.Outgoing)) : "";
        var identity = policy.Auth?.Name ?? "";
        foreach (var attribute in IdentityAttributes)
        {
            if (policy.Find(attribute) is { } stated)
                identity += $" {attribute}={(string.IsNullOrEmpty(stated.Value.Text) ? stated.Value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) : stated.Value.Text)}";
        }

        var isUnix = peer.StartsWith('+');
        return new FailureDomainKey(peer, isUnix ? 0 : PortOf(policy, metadata), policy.Tls, policy.TrustStore?.Name ?? "", identity, isUnix ? "" : ProxyOf(policy));
    }

    /// <summary>The port that counts: one that is malformed fails before it matters.</summary>
    private static int PortOf(StreamTypePolicy policy, MetadataStore metadata) =>
        policy.Find("port_metadata") is { Value.Text: var name } && int.TryParse(metadata.Outgoing(name), System.Globalization.CultureInfo.InvariantCulture, out var port) ? port : policy.Port;

    // With the user name, which decides what the proxy allows, and without the password, which must not be shown.
    private static string ProxyOf(StreamTypePolicy policy) => policy.Proxy is { Kind: not ProxyKind.None } proxy ? $"{proxy} {proxy.User}" : "";

    private static string Origin(string endpoint)
    {
        var scheme = endpoint.IndexOf("://", StringComparison.Ordinal);
        var path = scheme < 0 ? -1 : endpoint.IndexOf('/', scheme + 3);
        var origin = path < 0 ? endpoint : endpoint[..path];

        // Names of hosts know no case; paths of Unix sockets do.
        return origin.StartsWith('+') ? origin : origin.ToUpperInvariant();
    }
}
