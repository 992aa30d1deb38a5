using System.Collections.Immutable;

namespace SecureStreams.Policy;

internal static class WebSocketAttributes
{
    // A server takes ws upgrades beside http, so its protocol is h1 or h2 while these attributes describe the upgrade.
    private const PolicyScopes Both = PolicyScopes.Client | PolicyScopes.Server;

    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new()
        {
            Name = "ws_subprotocol", Kind = PolicyValueKind.Text, Scopes = Both, Protocols = PolicyProtocols.WebSocket,
            Pattern = PolicyPatterns.Subprotocols, PatternHelp = PolicyPatterns.SubprotocolsHelp, ActedOn = true,
            Help = "Client: the subprotocols to ask for; the peer must choose one of them. Server: those that are taken; upgrades are refused without one of them. " +
                "\"\" is none: a client asks for none, a server takes upgrades without one. A server of h1 or h2 takes upgrades only where it is stated, \"\" too.",
        },
        new()
        {
            Name = "ws_binary", Kind = PolicyValueKind.Flag, Default = "false", Scopes = Both, Protocols = PolicyProtocols.WebSocket,
            Impact = PolicyImpact.NextAttempt, ActedOn = true, Help = "Messages are binary where the application does not say, else text.",
        },
        new()
        {
            Name = "ws_prioritize_reads", Kind = PolicyValueKind.Flag, Default = "false", Scopes = Both, Protocols = PolicyProtocols.WebSocket,
            Impact = PolicyImpact.NextAttempt, ActedOn = true, Help = "Read all there is before sending.",
        },
        new()
        {
            Name = "ws_http_version", Kind = PolicyValueKind.Choice, Choices = ["1.1", "2"], Default = "1.1", Protocols = PolicyProtocols.WebSocket,
            IsExtension = true, ActedOn = true,
            Help = "1.1: each connection is an upgrade on a connection of its own. 2: it is a stream of an HTTP/2 connection that is shared (RFC 8441), with other ws and with h2 streamtypes " +
                "of the same peer and trust; the peer has to support that.",
        },
        new()
        {
            Name = "ws_deflate", Kind = PolicyValueKind.Flag, Default = "false", Scopes = Both, Protocols = PolicyProtocols.WebSocket, IsExtension = true, ActedOn = true,
            Help = "Client: offer permessage-deflate. Server: take it when it is offered. Costs some 300 KiB for each connection on which it is agreed.",
        },
        new()
        {
            Name = "ws_deflate_window_bits", Kind = PolicyValueKind.Number, Minimum = 9, Maximum = 15, Default = "15", Scopes = Both,
            Protocols = PolicyProtocols.WebSocket, IsExtension = true, ActedOn = true,
            Help = "The largest window for compression, as a power of two. Less saves memory, and costs compression. Client: a server that cannot limit its own goes without compression below 15. Server: a client that does not offer to limit its own keeps 15.",
        },
    ];
}
