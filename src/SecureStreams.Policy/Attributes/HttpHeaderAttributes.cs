using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Headers that blobs fill.</summary>
internal static class HttpHeaderAttributes
{
    private const PolicyProtocols HeaderCarriers = PolicyProtocols.Http | PolicyProtocols.WebSocket;

    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        Header("http_auth_header", "The header that carries the authentication token."),
        new()
        {
            Name = "http_auth_preamble", Kind = PolicyValueKind.Text, Protocols = HeaderCarriers, Impact = PolicyImpact.NextAttempt, IsSecret = true,
            Help = "What stands before the token, such as \"Bearer \" with its blank.",
        },
        new()
        {
            Name = "auth_hexify", Kind = PolicyValueKind.Flag, Default = "false", Protocols = HeaderCarriers, Impact = PolicyImpact.NextAttempt,
            Help = "Send the token, not the preamble, as hexadecimal digits: two for each byte.",
        },
        Header("http_dsn_header", "The header that carries the device's serial number."),
        Header("http_fwv_header", "The header that carries the firmware version."),
        Header("http_devtype_header", "The header that carries the device type."),
    ];

    private static PolicyAttributeInfo Header(string name, string help) =>
        new() { Name = name, Kind = PolicyValueKind.HeaderName, Protocols = HeaderCarriers, Impact = PolicyImpact.NextAttempt, Help = help };
}
