using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.TestSupport.Tests.Certificates;

public class TestCertificatesTests
{
    public static TheoryData<string, SslPolicyErrors, X509ChainStatusFlags> Cases => new()
    {
        { nameof(TestCertificates.Server), SslPolicyErrors.None, X509ChainStatusFlags.NoError },
        { nameof(TestCertificates.Chained), SslPolicyErrors.None, X509ChainStatusFlags.NoError },
        { nameof(TestCertificates.Expired), SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid },
        { nameof(TestCertificates.NotYetValid), SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid },
        { nameof(TestCertificates.OtherServer), SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.PartialChain },
        { nameof(TestCertificates.WrongHost), SslPolicyErrors.RemoteCertificateNameMismatch, X509ChainStatusFlags.NoError },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_client_that_trusts_the_authority_judges_each_as_meant(string name, SslPolicyErrors errors, X509ChainStatusFlags status)
    {
        var certificate = (TestCertificate)typeof(TestCertificates).GetProperty(name)!.GetValue(null)!;
        foreach (var host in new[] { "localhost", "127.0.0.1" })
        {
            var (seen, statuses) = await HandshakeAsync(certificate, host);
            Assert.Equal(errors, seen);
            Assert.Equal(status, statuses);
        }
    }

    [Fact]
    public async Task An_rsa_leaf_works_too()
    {
        using var certificate = TestCertificates.Authority.Issue(new TestCertificateOptions { Hosts = ["localhost"], UseRsa = true });
        Assert.Equal(SslPolicyErrors.None, (await HandshakeAsync(certificate, "localhost")).Errors);
        Assert.Contains("BEGIN PRIVATE KEY", certificate.KeyPem, StringComparison.Ordinal);
    }

    [Fact]
    public void Base64_der_reads_back_as_the_same_certificate()
    {
        using var read = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(TestCertificates.Authority.Base64Der));
        Assert.Equal(TestCertificates.Authority.Certificate.Thumbprint, read.Thumbprint);
        Assert.False(read.HasPrivateKey);
    }

    [Fact]
    public void Pem_files_hold_chain_and_key_for_the_owner_only()
    {
        var directory = Directory.CreateTempSubdirectory("ss-test-");
        try
        {
            var (certificateFile, keyFile) = TestCertificates.Chained.WritePem(directory.FullName, "chained");
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            Assert.Equal(2, chain.Count);
            using var withKey = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            Assert.Equal(TestCertificates.Chained.Certificate.Thumbprint, withKey.Thumbprint);
            Assert.True(withKey.HasPrivateKey);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyFile));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<(SslPolicyErrors Errors, X509ChainStatusFlags Status)> HandshakeAsync(TestCertificate certificate, string host)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, cancellation);
        using var server = await listener.AcceptAsync(cancellation);

        await using var serverTls = new SslStream(new NetworkStream(server));
        var context = SslStreamCertificateContext.Create(certificate.Certificate, certificate.Intermediates, offline: true);
        var accepting = serverTls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context }, cancellation);

        var seen = SslPolicyErrors.None;
        var status = X509ChainStatusFlags.NoError;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(TestCertificates.Authority.Certificate);
        await using var clientTls = new SslStream(new NetworkStream(client));
        await clientTls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = SslProtocols.None,
                CertificateChainPolicy = policy,
                RemoteCertificateValidationCallback = (_, _, chain, errors) =>
                {
                    seen = errors;
                    status = chain!.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);
                    return true;
                },
            },
            cancellation);
        await accepting;
        return (seen, status);
    }
}
