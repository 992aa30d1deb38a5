using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>What connections must have in common to be shared.</summary>
/// <param name="Http2">HTTP/2, else HTTP/1.1.</param>
/// <param name="Secure">TLS, else plaintext.</param>
/// <param name="Host">The host as it is dialed: an IPv6 address with its interface, one address on two of them being two peers.</param>
/// <param name="Port">The port.</param>
/// <param name="UnixPath">The Unix socket, or null.</param>
/// <param name="Way">The way to the peer.</param>
/// <param name="Tls">Trust and identity; what it says counts only where <paramref name="Secure"/>.</param>
/// <param name="PingAfter">HTTP/2: how long the peer may be silent before the platform pings it; null for never.</param>
/// <param name="MaxHeaderKilobytes">The largest head of an answer.</param>
internal readonly record struct HttpPoolKey(bool Http2, bool Secure, string Host, int Port, string? UnixPath, DialOptions Way, TlsOptions Tls, TimeSpan? PingAfter, int MaxHeaderKilobytes)
{
    /// <summary>Stands for what the blobs of the identity hold: a connection that was made with another certificate is another one. Null without identity or TLS.</summary>
    public string? IdentityStamp { get; init; }

    /// <summary>Whether what is to be said of the connection is gathered when it is made.</summary>
    public bool WantsFacts { get; init; }
}
