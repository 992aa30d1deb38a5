using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.Network.Identities;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network.Identities;

/// <summary>Every form in which certificates and keys are kept is read, and makes the same identity.</summary>
public class IdentityFormatTests
{
    private const string Passphrase = "grüße 1";
    private static readonly PbeParameters Modern = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
    private static readonly PbeParameters Old = new(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1, 1000);

    public static TheoryData<string, string> Forms
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in (string[])["rsa", "ec"])
            {
                foreach (var form in (string[])
                    ["together", "key first", "text around", "apart", "der", "traditional der", "traditional pem", "encrypted pem", "encrypted der", "encrypted old", "pfx", "pfx open", "pfx and key"])
                    data.Add(kind, form);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Form(string kind, string form)
    {
        using var own = Make(kind);
        using AsymmetricAlgorithm key = kind == "rsa" ? own.GetRSAPrivateKey()! : own.GetECDsaPrivateKey()!;
        using var blobs = new SsMemoryBlobStore();
        var certificate = own.ExportCertificatePem() + "\n";
        var chain = certificate + TestPki.Intermediate.ExportCertificatePem() + "\n";
        blobs.Write("word", Encoding.UTF8.GetBytes(Passphrase + "\r\n"));
        var (keyBlob, passphrase) = ((string?)"key", (string?)null);
        switch (form)
        {
            case "together":
                (keyBlob, _) = (null, Write("cert", chain + key.ExportPkcs8PrivateKeyPem()));
                break;
            case "key first":
                (keyBlob, _) = (null, Write("cert", key.ExportPkcs8PrivateKeyPem() + "\n" + chain));
                break;
            case "text around":
                (keyBlob, _) = (null, Write("cert", "Bag Attributes\n  friendlyName: me\n" + chain + "\nsubject=me\n" + key.ExportPkcs8PrivateKeyPem() + "\n"));
                break;
            case "apart":
                _ = (Write("cert", chain), Write("key", key.ExportPkcs8PrivateKeyPem()));
                break;
            case "der":
                blobs.Write("cert", own.RawData);
                blobs.Write("key", key.ExportPkcs8PrivateKey());
                break;
            case "traditional der":
                blobs.Write("cert", own.RawData);
                blobs.Write("key", Traditional(key));
                break;
            case "traditional pem":
                _ = (Write("cert", certificate), Write("key", new string(PemEncoding.Write(kind == "rsa" ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", Traditional(key)))));
                break;
            case "encrypted pem":
                passphrase = "word";
                _ = (Write("cert", chain), Write("key", key.ExportEncryptedPkcs8PrivateKeyPem(Passphrase, Modern)));
                break;
            case "encrypted der":
                passphrase = "word";
                blobs.Write("cert", own.RawData);
                blobs.Write("key", key.ExportEncryptedPkcs8PrivateKey(Passphrase, Modern));
                break;
            case "encrypted old":
                passphrase = "word";
                blobs.Write("cert", own.RawData);
                blobs.Write("key", key.ExportEncryptedPkcs8PrivateKey(Passphrase, Old));
                break;
            case "pfx":
                (keyBlob, passphrase) = (null, "word");
                blobs.Write("cert", new X509Certificate2Collection { X509CertificateLoader.LoadCertificate(TestPki.Root.RawData), own }.Export(X509ContentType.Pfx, Passphrase)!);
                break;
            case "pfx open":
                keyBlob = null;
                blobs.Write("cert", own.Export(X509ContentType.Pfx)!);
                break;
            default:
                blobs.Write("cert", new X509Certificate2Collection(X509CertificateLoader.LoadCertificate(own.RawData)).Export(X509ContentType.Pfx)!);
                blobs.Write("key", key.ExportPkcs8PrivateKey());
                break;
        }

        using var identities = new ClientIdentities(blobs, TimeProvider.System);
        var identity = identities.Load(new TlsIdentity("cert", keyBlob, passphrase, "tls_cert_blob"));
        Assert.Equal("'CN=own'", identity.Subject);
        Assert.Equal(own.Thumbprint, identity.Context.TargetCertificate.Thumbprint);
        Assert.True(identity.Context.TargetCertificate.HasPrivateKey);
        identity.Return();

        int Write(string name, string text)
        {
            blobs.Write(name, Encoding.UTF8.GetBytes(text));
            return 0;
        }
    }

    private static byte[] Traditional(AsymmetricAlgorithm key) => key is RSA rsa ? rsa.ExportRSAPrivateKey() : ((ECDsa)key).ExportECPrivateKey();

    private static X509Certificate2 Make(string kind)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (kind == "ec")
        {
            using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return Exportable(new CertificateRequest("CN=own", curve, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(30)));
        }

        using var rsa = RSA.Create(2048);
        return Exportable(new CertificateRequest("CN=own", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(30)));
    }

    private static X509Certificate2 Exportable(X509Certificate2 made)
    {
        using (made)
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
