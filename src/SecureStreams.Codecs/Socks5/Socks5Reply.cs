namespace SecureStreams.Codecs.Socks5;

/// <summary>What a proxy answers to a request (RFC 1928 section 6). Other values mean nothing that is agreed upon.</summary>
public enum Socks5Reply
{
    /// <summary>The way is open.</summary>
    Succeeded = 0,

    /// <summary>General SOCKS server failure.</summary>
    GeneralFailure = 1,

    /// <summary>Connection not allowed by ruleset.</summary>
    NotAllowed = 2,

    /// <summary>Network unreachable.</summary>
    NetworkUnreachable = 3,

    /// <summary>Host unreachable. Many proxies say it of a name that they do not find.</summary>
    HostUnreachable = 4,

    /// <summary>Connection refused.</summary>
    ConnectionRefused = 5,

    /// <summary>TTL expired.</summary>
    TimeToLiveExpired = 6,

    /// <summary>Command not supported.</summary>
    CommandNotSupported = 7,

    /// <summary>Address type not supported.</summary>
    AddressTypeNotSupported = 8,
}
