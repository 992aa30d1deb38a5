namespace SecureStreams.Policy;

/// <summary>What a client says to its proxy.</summary>
public enum ProxyKind
{
    /// <summary>Nothing: there is none, whatever else would say that there is.</summary>
    None = 0,

    /// <summary>SOCKS5 (RFC 1928), with a user name and password if there are any (RFC 1929). <c>via-socks5</c>.</summary>
    Socks5 = 1,

    /// <summary>HTTP CONNECT (RFC 9110 section 9.3.6), with basic authentication if there is a user name. <c>via_http_proxy</c>.</summary>
    HttpConnect = 2,
}
