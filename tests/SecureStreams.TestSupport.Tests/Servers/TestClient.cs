using System.Net;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.TestSupport.Tests.Servers;

/// <summary>The platform's own HTTP client, trusting the test authority only.</summary>
internal static class TestClient
{
    public static HttpClient Make(Version version)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(TestCertificates.Authority.Certificate);
        handler.SslOptions.CertificateChainPolicy = policy;
        return new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    public static HttpClient H1() => Make(HttpVersion.Version11);

    public static HttpClient H2() => Make(HttpVersion.Version20);
}
