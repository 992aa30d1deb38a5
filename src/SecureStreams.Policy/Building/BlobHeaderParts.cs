namespace SecureStreams.Policy;

/// <summary>Gathers the headers that blobs fill, beginning with the defaults.</summary>
internal sealed class BlobHeaderParts
{
    public string? Auth { get; set; }

    public string AuthPreamble { get; set; } = "";

    public bool AuthHexify { get; set; }

    public string? DeviceSerial { get; set; }

    public string? FirmwareVersion { get; set; }

    public string? DeviceType { get; set; }

    /// <summary>Back to the defaults.</summary>
    public void Clear()
    {
        Auth = null;
        AuthPreamble = "";
        AuthHexify = false;
        DeviceSerial = null;
        FirmwareVersion = null;
        DeviceType = null;
    }

    /// <summary>Null where nothing differs from the defaults, as with nearly all streamtypes.</summary>
    public BlobHeaderPolicy? Build() =>
        Auth is null && AuthPreamble.Length == 0 && !AuthHexify && DeviceSerial is null && FirmwareVersion is null && DeviceType is null
            ? null
            : new BlobHeaderPolicy
            {
                Auth = Auth, AuthPreamble = AuthPreamble, AuthHexify = AuthHexify, DeviceSerial = DeviceSerial, FirmwareVersion = FirmwareVersion, DeviceType = DeviceType,
            };
}
