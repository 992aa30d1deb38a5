using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Network.Identities;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Network.Identities;

/// <summary>A PKCS#12 file that has its key, and a blob with a key as well: the one that is stated counts.</summary>
public class KeyBesidePkcs12Tests
{
    [Theory]
    [InlineData("rsa", "tls_cert_blob")]
    [InlineData("ec", "tls_cert_blob")]
    [InlineData("ec", "client_cert")]
    public void The_same_key_twice_makes_the_identity(string kind, string attribute)
    {
        using var own = Make(kind);
        using AsymmetricAlgorithm key = kind == "rsa" ? own.GetRSAPrivateKey()! : own.GetECDsaPrivateKey()!;
        using var blobs = new SsMemoryBlobStore();
        blobs.Write("cert", own.Export(X509ContentType.Pfx));
        blobs.Write("key", key.ExportPkcs8PrivateKey());
        using var identities = new ClientIdentities(blobs, TimeProvider.System);
        var identity = identities.Load(new TlsIdentity("cert", "key", null, attribute));
        Assert.Equal(own.Thumbprint, identity.Context.TargetCertificate.Thumbprint);
        Assert.True(identity.Context.TargetCertificate.HasPrivateKey);
        identity.Return();
    }

    [Fact]
    public void Another_key_is_told_as_such_though_the_file_has_the_right_one()
    {
        using var own = Make("ec");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var blobs = new SsMemoryBlobStore();
        blobs.Write("cert", own.Export(X509ContentType.Pfx));
        blobs.Write("key", other.ExportPkcs8PrivateKey());
        using var identities = new ClientIdentities(blobs, TimeProvider.System);
        var failure = Assert.Throws<TransportException>(() => identities.Load(new TlsIdentity("cert", "key", null, "tls_cert_blob"))).Failure;
        Assert.Equal((SsPhase.Policy, SsCauseCode.BlobUnusable, "tls_key_blob"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains("not that of the certificate", failure.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Make(string kind)
    {
        using AsymmetricAlgorithm key = kind == "rsa" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsa
            ? new CertificateRequest("CN=own", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=own", (ECDsa)key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
