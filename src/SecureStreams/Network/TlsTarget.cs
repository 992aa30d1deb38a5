using System.Net.Security;

namespace SecureStreams.Network;

/// <summary>How the TLS handshake has to come out.</summary>
/// <param name="ServerName">The name the certificate must be for.</param>
/// <param name="Options">Trust and identity.</param>
/// <param name="Alpn">The one protocol offered and required; empty for none.</param>
internal sealed record TlsTarget(string ServerName, TlsOptions Options, SslApplicationProtocol Alpn);
