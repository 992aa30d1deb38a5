using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Network;

/// <summary>What can be said of a TLS session.</summary>
/// <param name="Protocol">Its version.</param>
/// <param name="Cipher">Its cipher suite; null when it is not known.</param>
internal readonly record struct TlsFacts(SslProtocols Protocol, TlsCipherSuite? Cipher)
{
    /// <summary>What was agreed to by ALPN; empty for nothing.</summary>
    public ReadOnlyMemory<byte> Alpn { get; init; }

    /// <summary>The peer's certificate; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Those of a session.</summary>
    public static TlsFacts Of(SslStream tls) => new(tls.SslProtocol, tls.NegotiatedCipherSuite)
    {
        Alpn = tls.NegotiatedApplicationProtocol.Protocol, Certificate = tls.RemoteCertificate as X509Certificate2,
    };
}
