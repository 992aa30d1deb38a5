using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Tests.Servers;

/// <summary>The platform's own HTTP client, trusting the test authority only.</summary>
internal static class TestClient
{
    public static HttpClient Make(Version version) => Make(version, new SocketsHttpHandler());

    public static HttpClient H1() => Make(HttpVersion.Version11);

    public static HttpClient H2() => Make(HttpVersion.Version20);

    /// <summary>Over HTTP/1.1; it gets each connection only when its peer has closed or reset it.</summary>
    /// <param name="connected">Told of each that stands.</param>
    public static HttpClient WhoseConnectionsHaveEnded(SemaphoreSlim connected) => Make(HttpVersion.Version11, new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            connected.Release();

            // An end and a reset are both something to be read, and looking for it does not take it.
            Assert.True(socket.Poll(TestTimeouts.Unexpected, SelectMode.SelectRead), "The peer holds the connection.");
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    private static HttpClient Make(Version version, SocketsHttpHandler handler)
    {
        (handler.AllowAutoRedirect, handler.UseProxy) = (false, false);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(TestCertificates.Authority.Certificate);
        handler.SslOptions.CertificateChainPolicy = policy;
        return new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }
}
