using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>How a server listens and how it ends.</summary>
internal static class ListenerAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new()
        {
            Name = "unix_mode", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.FileMode, PatternHelp = PolicyPatterns.FileModeHelp, Default = "0600",
            Scopes = PolicyScopes.Server, Impact = PolicyImpact.Recreate, IsExtension = true, ActedOn = true, Help = "The permissions of its Unix socket, octal.",
        },
        Account("unix_user", "the user of this process", "Who owns its Unix socket."),
        Account("unix_group", "the group of this process", "Which group owns its Unix socket."),
        new()
        {
            Name = "unix_remove_stale", Kind = PolicyValueKind.Flag, Default = "true", Scopes = PolicyScopes.Server, Impact = PolicyImpact.Recreate,
            IsExtension = true, ActedOn = true, Help = "Remove a Unix socket that nobody listens on any more; else its path counts as taken.",
        },
        new()
        {
            Name = "server_names", Kind = PolicyValueKind.TextList, Pattern = PolicyPatterns.HostName, PatternHelp = PolicyPatterns.HostNameHelp, Default = "[]",
            Scopes = PolicyScopes.Server, Impact = PolicyImpact.Recreate, IsExtension = true, ActedOn = true,
            Help = "The hosts that it serves, among the streamtypes of one listener: by the name in the TLS handshake, which chooses the certificate, and in the request. Without it, any.",
        },
        new()
        {
            Name = "sniff_protocol", Kind = PolicyValueKind.Flag, Default = "false", Scopes = PolicyScopes.Server, Impact = PolicyImpact.Recreate,
            IsExtension = true, ActedOn = true, Help = "Take TLS and plain connections on one port, told apart by their first byte, and beside HTTP those of a raw streamtype that has joined.",
        },
        new()
        {
            Name = "drain_timeout_ms", Kind = PolicyValueKind.Number, Unit = "ms", Default = "30000", Scopes = PolicyScopes.Server, Impact = PolicyImpact.Live,
            IsExtension = true, ActedOn = true, Help = "How long connections may go on after the server began to end; then they are closed.",
        },
    ];

    private static PolicyAttributeInfo Account(string name, string otherwise, string help) => new()
    {
        Name = name, Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.Account, PatternHelp = PolicyPatterns.AccountHelp, Default = otherwise,
        Scopes = PolicyScopes.Server, Impact = PolicyImpact.Recreate, IsExtension = true, ActedOn = true, Help = help,
    };
}
