namespace SecureStreams;

/// <summary>In which part of a stream's life the cause of a state change arose.</summary>
public enum SsPhase
{
    /// <summary>No cause.</summary>
    None = 0,

    /// <summary>The effective policy cannot be acted on as it stands (a metadata value missing, a trust store without usable certificates).</summary>
    Policy,

    /// <summary>Turning the endpoint into addresses.</summary>
    Names,

    /// <summary>Reaching an address.</summary>
    Connect,

    /// <summary>Talking to a SOCKS5 or CONNECT proxy on the way.</summary>
    Proxy,

    /// <summary>The TLS handshake: trust, host name, identity, ALPN.</summary>
    Tls,

    /// <summary>The wire protocol itself: a malformed or refused message, a redirect, an upgrade.</summary>
    Protocol,

    /// <summary>The payload: cut short, longer than declared, over a limit.</summary>
    Payload,

    /// <summary>The peer decided: closed, refused, asked to come back later.</summary>
    Peer,

    /// <summary>This side decided: a disposition, a call, an exception thrown by a handler.</summary>
    Local,

    /// <summary>A bound on time ran out.</summary>
    Timeout,

    /// <summary>A policy update touched the stream.</summary>
    Update,
}
