using SecureStreams.Policy;

namespace SecureStreams.Transports.Http;

/// <summary>What connections must have in common to be shared.</summary>
/// <param name="Http2">HTTP/2, else HTTP/1.1.</param>
/// <param name="Secure">TLS, else plaintext.</param>
/// <param name="Host">The host as the request's URI has it.</param>
/// <param name="Port">The port.</param>
/// <param name="UnixPath">The Unix socket, or null.</param>
/// <param name="TrustStore">What the peer's chain must end in, compared by value; null for the operating system's store.</param>
/// <param name="PingAfter">HTTP/2: how long the peer may be silent before the platform pings it; null for never.</param>
internal readonly record struct HttpPoolKey(bool Http2, bool Secure, string Host, int Port, string? UnixPath, TrustStorePolicy? TrustStore, TimeSpan? PingAfter);
