using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecureStreams.Tests.Network.Support;

/// <summary>What a TLS server saw of one connection.</summary>
internal sealed record TlsPeerResult(Exception? HandshakeError, string Application, string? ServerName);

/// <summary>A TLS server that reads application bytes until the connection ends.</summary>
internal static class TlsPeer
{
    public static LoopbackPeer<TlsPeerResult> Start(
        X509Certificate2 certificate, X509Certificate2Collection? intermediates = null, SslApplicationProtocol? alpn = null, SslProtocols protocols = SslProtocols.None) =>
        new(socket => ServeAsync(socket, certificate, intermediates, alpn, protocols));

    private static async Task<TlsPeerResult> ServeAsync(
        Socket socket, X509Certificate2 certificate, X509Certificate2Collection? intermediates, SslApplicationProtocol? alpn, SslProtocols protocols)
    {
        await using var stream = new SslStream(new NetworkStream(socket));
        var options = new SslServerAuthenticationOptions
        {
            // Offline, so that the server sends what it was given and nothing it finds elsewhere.
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, intermediates, offline: true),
            ApplicationProtocols = alpn is null ? null : [alpn.Value],
            EnabledSslProtocols = protocols,
        };
        try
        {
            await stream.AuthenticateAsServerAsync(options);
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            return new TlsPeerResult(error, "", stream.TargetHostName);
        }

        var application = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int got; (got = await stream.ReadAsync(buffer)) > 0;)
                application.Append(Encoding.UTF8.GetString(buffer, 0, got));
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            // The client refused us with an alert or a reset after its side of the handshake.
        }

        return new TlsPeerResult(null, application.ToString(), stream.TargetHostName);
    }
}
