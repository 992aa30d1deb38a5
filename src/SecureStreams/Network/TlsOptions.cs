using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>
/// What a policy says of TLS, whoever the peer is. Equality is what connection pools are keyed by: nothing is shared between different trust or identity.
/// </summary>
/// <param name="TrustStore">What the peer's chain must end in, compared by value; null for the operating system's store.</param>
internal sealed record TlsOptions(TrustStorePolicy? TrustStore);
