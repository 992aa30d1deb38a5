namespace SecureStreams.Codecs.Socks5;

/// <summary>Whose turn it is.</summary>
public enum Socks5Step
{
    /// <summary>There is something to send: <see cref="Socks5Negotiation.Write"/>.</summary>
    Send = 0,

    /// <summary>The proxy has to say something: <see cref="Socks5Negotiation.Read"/>.</summary>
    Receive = 1,

    /// <summary>The way is open. The next byte from the proxy is the peer's.</summary>
    Open = 2,

    /// <summary>It is over: <see cref="Socks5Negotiation.Problem"/>.</summary>
    Failed = 3,
}
