using System.Net.Security;
using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>How the TLS handshake has to come out. Equality is what connection pools are keyed by: nothing is shared between different trust.</summary>
/// <param name="ServerName">The name the certificate must be for.</param>
/// <param name="TrustStore">What the chain must end in; null for the operating system's store.</param>
/// <param name="Alpn">The one protocol offered and required.</param>
internal sealed record TlsTarget(string ServerName, TrustStorePolicy? TrustStore, SslApplicationProtocol Alpn);
