using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace SecureStreams.Server.Http;

/// <summary>What the web server has to know of TLS that it did not do: that there is some, and which protocol was agreed to.</summary>
internal sealed class TlsConnectionFeatures(SslStream tls) : ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    /// <inheritdoc/>
    public X509Certificate2? ClientCertificate
    {
        get => tls.RemoteCertificate as X509Certificate2;
        set => throw new NotSupportedException("It is the client's.");
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ApplicationProtocol => tls.NegotiatedApplicationProtocol.Protocol;

    /// <inheritdoc/>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
