using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Headers that blobs fill.</summary>
internal static class HttpHeaderAttributes
{
    private const PolicyProtocols HeaderCarriers = PolicyProtocols.Http | PolicyProtocols.WebSocket;

    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        Header("http_auth_header", "The header that carries the authentication token; without the token nothing is sent.", static (headers, name) => headers.Auth = name),
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.BlobHeaders.AuthPreamble = value.Text)
        {
            Name = "http_auth_preamble", Kind = PolicyValueKind.Text, Protocols = HeaderCarriers, Impact = PolicyImpact.NextAttempt, IsSecret = true, ActedOn = true,
            Help = "What stands before the token, such as \"Bearer \" with its blank.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.BlobHeaders.AuthHexify = value.Flag)
        {
            Name = "auth_hexify", Kind = PolicyValueKind.Flag, Default = "false", Protocols = HeaderCarriers, Impact = PolicyImpact.NextAttempt, ActedOn = true,
            Help = "Send the token, not the preamble, as hexadecimal digits: two for each byte.",
        },
        Header("http_dsn_header", "The header that carries the device's serial number, where there is one.", static (headers, name) => headers.DeviceSerial = name),
        Header("http_fwv_header", "The header that carries the firmware version, where there is one.", static (headers, name) => headers.FirmwareVersion = name),
        Header("http_devtype_header", "The header that carries the device type, where there is one.", static (headers, name) => headers.DeviceType = name),
    ];

    private static PolicyAttributeInfo<StreamTypeParts> Header(string name, string help, Action<BlobHeaderParts, string> set) =>
        new((stream, value) => set(stream.BlobHeaders, value.Text))
        {
            Name = name, Kind = PolicyValueKind.HeaderName, Protocols = HeaderCarriers, Impact = PolicyImpact.NextAttempt, ActedOn = true, Help = help,
        };
}
