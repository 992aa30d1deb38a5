namespace SecureStreams.Policy;

/// <summary>The request headers of a streamtype that blobs fill: of h1, h2, h3 and of ws upgrades.</summary>
public sealed record BlobHeaderPolicy
{
    /// <summary><c>http_auth_header</c>: carries the token of <see cref="StreamTypePolicy.Auth"/>; null when not stated.</summary>
    public required string? Auth { get; init; }

    /// <summary><c>http_auth_preamble</c>: what stands before the token; empty when not stated.</summary>
    public required string AuthPreamble { get; init; }

    /// <summary><c>auth_hexify</c>: the token, not the preamble, as hexadecimal digits.</summary>
    public required bool AuthHexify { get; init; }

    /// <summary><c>http_dsn_header</c>: carries the serial number of the device; null when not stated.</summary>
    public required string? DeviceSerial { get; init; }

    /// <summary><c>http_fwv_header</c>: carries the version of its firmware; null when not stated.</summary>
    public required string? FirmwareVersion { get; init; }

    /// <summary><c>http_devtype_header</c>: carries its type; null when not stated.</summary>
    public required string? DeviceType { get; init; }

    /// <summary>Tells no preamble, which may hold a secret.</summary>
    public override string ToString() => $"{Auth} {DeviceSerial} {FirmwareVersion} {DeviceType}";
}
