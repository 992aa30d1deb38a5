using System.Collections.Immutable;
using System.Globalization;
using SecureStreams.Policy;
using SecureStreams.Server.Http;
using SecureStreams.Transports;

namespace SecureStreams.Server.Mapping;

/// <summary>Which streamtype may be served at a path of a web application, and what of its policy does not count there.</summary>
internal static class MappedRules
{
    // What connections, names and TLS are like is the application's to say.
    private static readonly ImmutableHashSet<string> OfListeners = ImmutableHashSet.Create(StringComparer.Ordinal,
        "endpoint", "port", "address_family", "unix_mode", "unix_user", "unix_group", "unix_remove_stale", "tls", "server_cert", "server_key", "tls_cert_blob", "tls_key_blob", "tls_key_passphrase_blob",
        "tls_client_trust_store", "sniff_protocol", "max_connections", "max_connections_per_peer", "max_header_bytes", "header_timeout_ms", "server_names", "http_url",
        "min_rx_rate", "min_tx_rate", "min_rate_grace_ms", "idle_timeout_ms");

    /// <summary>Checks it.</summary>
    /// <returns>What it states that does not count, in the order of the table of attributes.</returns>
    /// <exception cref="SsPolicyException">It cannot be served there, or says who may come in, which nothing there would see to.</exception>
    public static IReadOnlyList<string> Check(StreamTypePolicy policy)
    {
        if (!policy.Server || policy.LocalSink)
            throw new SsPolicyException($"Streamtype '{policy.Name}' is no server of requests; set \"server\": true, and no local_sink, to serve it at a path of an application.");
        if (policy.Protocol is not (WireProtocol.H1 or WireProtocol.H2 or WireProtocol.WebSocket))
            throw Bad(policy, "protocol", $"is {ProtocolNames.NameOf(policy.Protocol)}, and a web application takes requests; serve h1, h2 or ws there, and this one with CreateListener");
        if (policy.Find("tls_client_auth") is { Value.Text: var asked } && asked != "none")
            throw Bad(policy, "tls_client_auth", $"is {asked}, and TLS is the application's at a path of it; ask for client certificates there, and leave it out here");
        if (policy.Find("tls_client_deny") is not null)
            throw Bad(policy, "tls_client_deny", "refuses clients, and TLS is the application's at a path of it; refuse them there, and leave it out here");
        HttpServerPlan.Check(policy);
        return [.. policy.Stated.Select(static one => one.Attribute.Name).Where(static name => OfListeners.Contains(name) || name.StartsWith("attr_", StringComparison.Ordinal)).Distinct()];
    }

    private static SsPolicyException Bad(StreamTypePolicy policy, string attribute, string problem) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Streamtype '{policy.Name}': {attribute} {problem}.{(policy.Locate(attribute) is { } at ? $" ({at})" : "")}"));
}
