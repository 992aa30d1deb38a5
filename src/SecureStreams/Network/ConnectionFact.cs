namespace SecureStreams.Network;

/// <summary>What <c>metadata_from_connection</c> can name.</summary>
internal enum ConnectionFact
{
    /// <summary>The peer's address, without a port and without brackets.</summary>
    PeerIp,

    /// <summary>The peer's port.</summary>
    PeerPort,

    /// <summary>The address of this side.</summary>
    LocalIp,

    /// <summary>The port of this side.</summary>
    LocalPort,

    /// <summary><c>1.2</c> or <c>1.3</c>.</summary>
    TlsVersion,

    /// <summary>The cipher suite by its name in the IANA registry.</summary>
    TlsCipher,

    /// <summary>The protocol agreed to by ALPN.</summary>
    Alpn,

    /// <summary>The hash of the peer's key as <c>tls_pins</c> has it.</summary>
    PeerCertSpkiSha256,

    /// <summary>Whom the peer's certificate is for.</summary>
    PeerCertSubject,

    /// <summary>The user that the peer on a Unix socket runs as.</summary>
    PeerUid,

    /// <summary>Its group.</summary>
    PeerGid,

    /// <summary>Its process.</summary>
    PeerPid,
}
