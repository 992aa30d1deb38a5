using SecureStreams.Policy;

namespace SecureStreams.Transports.Http;

/// <summary>What connections must have in common to be shared, beside the authority, which the handler separates by itself.</summary>
/// <param name="Http2">HTTP/2, else HTTP/1.1.</param>
/// <param name="TrustStore">What the peer's chain must end in, compared by value; null for the operating system's store.</param>
/// <param name="UnixPath">The Unix socket, or null.</param>
internal readonly record struct HttpPoolKey(bool Http2, TrustStorePolicy? TrustStore, string? UnixPath);
