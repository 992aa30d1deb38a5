using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What a peer may ask of us at most.</summary>
internal static class LimitAttributes
{
    private const PolicyScopes Both = PolicyScopes.Client | PolicyScopes.Server;

    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new()
        {
            Name = "max_connections", Kind = PolicyValueKind.Number, Minimum = 1, Default = "10000", Scopes = PolicyScopes.Server, Impact = PolicyImpact.Live,
            IsExtension = true, ActedOn = true, Help = "How many connections it holds at once; more are closed as they come.",
        },
        new()
        {
            Name = "max_connections_per_peer", Kind = PolicyValueKind.Number, Default = "0", Scopes = PolicyScopes.Server, Impact = PolicyImpact.Live,
            IsExtension = true, ActedOn = true, Help = "How many of them one address may have, of IPv6 one /64 network; 0 for no limit beyond max_connections, because many clients may share an address.",
        },
        new()
        {
            Name = "max_streams", Kind = PolicyValueKind.Number, Minimum = 1, Default = "100000", Scopes = PolicyScopes.Server, Impact = PolicyImpact.Live,
            IsExtension = true, ActedOn = true, Help = "How many accepted streams it has at once, over all connections; more requests get 503, more connections are closed. Not stated, it is max_connections where that is more.",
        },
        new()
        {
            Name = "max_header_bytes", Kind = PolicyValueKind.Number, Minimum = 1024, Unit = "bytes", Default = "32768", Scopes = Both,
            Protocols = PolicyProtocols.Http | PolicyProtocols.WebSocket, Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "The largest head of a request or response that is taken; clients round it up to whole KiB.",
        },
        new()
        {
            Name = "max_body_bytes", Kind = PolicyValueKind.Number, Maximum = long.MaxValue, Unit = "bytes", Default = "0", Scopes = Both,
            Protocols = PolicyProtocols.Http, Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "The largest body of a request or response that is taken; 0 for any.",
        },
        new()
        {
            Name = "max_message_bytes", Kind = PolicyValueKind.Number, Minimum = 1, Unit = "bytes", Default = "16777216", Scopes = Both,
            Protocols = PolicyProtocols.WebSocket | PolicyProtocols.Mqtt, Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "The largest message that is taken; of compressed ones, what they decompress to.",
        },
        new()
        {
            Name = "header_timeout_ms", Kind = PolicyValueKind.Number, Minimum = 1, Unit = "ms", Default = "15000", Scopes = PolicyScopes.Server,
            Protocols = PolicyProtocols.Http | PolicyProtocols.WebSocket, Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "How long a client may take over the head of a request; looked at once a second.",
        },
        Rate("min_rx_rate", "The slowest that a client may send the body of a request, over what it has sent so far and while it is read; 0 for no bound."),
        Rate("min_tx_rate", "The slowest that a client may take an answer, over what it has taken so far; 0 for no bound."),
        new()
        {
            Name = "min_rate_grace_ms", Kind = PolicyValueKind.Number, Minimum = 1001, Unit = "ms", Default = "5000", Scopes = PolicyScopes.Server,
            Protocols = PolicyProtocols.Http, Impact = PolicyImpact.Recreate, IsExtension = true, ActedOn = true,
            Help = "How long a client may stay below min_rx_rate or min_tx_rate before it is given up; looked at once a second.",
        },
        new()
        {
            Name = "idle_timeout_ms", Kind = PolicyValueKind.Number, Minimum = 1, Unit = "ms", Default = "130000", Scopes = PolicyScopes.Server,
            Protocols = PolicyProtocols.Http, Impact = PolicyImpact.Recreate, IsExtension = true, ActedOn = true,
            Help = "How long a connection may idle between two requests; looked at once a second.",
        },
        new()
        {
            Name = "unauthenticated_timeout_ms", Kind = PolicyValueKind.Number, Minimum = 1, Unit = "ms", Default = "10000", Scopes = PolicyScopes.Server,
            Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "How long a connection may take until its TLS handshake is done and the application has taken its first request or its upgrade.",
        },
    ];

    private static PolicyAttributeInfo Rate(string name, string help) => new()
    {
        Name = name, Kind = PolicyValueKind.Number, Maximum = int.MaxValue, Unit = "bytes/s", Default = "240", Scopes = PolicyScopes.Server,
        Protocols = PolicyProtocols.Http, Impact = PolicyImpact.Recreate, IsExtension = true, ActedOn = true, Help = help,
    };
}
