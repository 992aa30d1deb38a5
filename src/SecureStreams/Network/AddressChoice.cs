namespace SecureStreams.Network;

/// <summary>Which addresses of a name are used (<c>address_family</c>).</summary>
internal enum AddressChoice
{
    /// <summary>All.</summary>
    Any = 0,

    /// <summary>Only IPv4.</summary>
    IPv4 = 1,

    /// <summary>Only IPv6.</summary>
    IPv6 = 2,
}
