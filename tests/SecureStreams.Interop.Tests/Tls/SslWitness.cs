using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A server on the platform's TLS.</summary>
internal sealed class SslWitness(SslServerAuthenticationOptions options) : SocketWitness
{
    /// <summary>One that shows a certificate and what is sent along with it, and agrees to every protocol of HTTP.</summary>
    public static SslWitness Showing(X509Certificate2 certificate, params X509Certificate2[] chain) => new(Options(certificate, chain));

    public static SslServerAuthenticationOptions Options(X509Certificate2 certificate, params X509Certificate2[] chain) => new()
    {
        // Offline, so that it sends what it was given and nothing it finds elsewhere.
        ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [.. chain], offline: true),
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    /// <summary>Serves one connection and returns what came in it.</summary>
    public static async Task<string> ServeAsync(Stream wire, SslServerAuthenticationOptions options, Action? greet = null)
    {
        await using var stream = new SslStream(wire);
        var seen = new StringBuilder();
        try
        {
            await stream.AuthenticateAsServerAsync(options);
            greet?.Invoke();
            var buffer = new byte[4096];
            for (int got; (got = await stream.ReadAsync(buffer)) > 0;)
                seen.Append(Encoding.Latin1.GetString(buffer, 0, got));
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            // The client left, with an alert or without, as it should.
        }

        return seen.ToString();
    }

    protected override Task<string> PlayAsync(Socket socket) => ServeAsync(new NetworkStream(socket), options, Greet);
}
