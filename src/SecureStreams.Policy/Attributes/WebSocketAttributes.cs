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
            Help = "Client: the subprotocol to ask for. Server: the one that is taken; upgrades are refused without it.",
        },
        new()
        {
            Name = "ws_binary", Kind = PolicyValueKind.Flag, Default = "false", Scopes = Both, Protocols = PolicyProtocols.WebSocket,
            Impact = PolicyImpact.Live, Help = "Messages are binary, else text.",
        },
        new()
        {
            Name = "ws_prioritize_reads", Kind = PolicyValueKind.Flag, Default = "false", Scopes = Both, Protocols = PolicyProtocols.WebSocket,
            Impact = PolicyImpact.Live, Help = "Read all there is before sending.",
        },
    ];
}
