using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>What goes wrong with this side's own certificate.</summary>
internal static partial class RefusalCases
{
    private const string Secret = "correct horse";
    private const string Own = "\"tls_cert_blob\": \"own\"";
    private const string OwnAndKey = "\"tls_cert_blob\": \"own\", \"tls_key_blob\": \"key\"";
    private const string OwnAndPassphrase = OwnAndKey + ", \"tls_key_passphrase_blob\": \"word\"";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private static void AddIdentities()
    {
        var client = new Lazy<X509Certificate2>(static () => MatrixPki.Make(MatrixPki.Root, ClientSpec()));
        var stranger = new Lazy<X509Certificate2>(static () => MatrixPki.Make(MatrixPki.OtherRoot, ClientSpec()));

        Unloadable("no blob with the certificate", SsCauseCode.BlobMissing, "blob 'own'", Own, null);
        Unloadable("no blob with the key", SsCauseCode.BlobMissing, "blob 'key'", OwnAndKey, store => Write(store, "own", client.Value.ExportCertificatePem()), "tls_key_blob");
        Unloadable("no blob with the passphrase", SsCauseCode.BlobMissing, "blob 'word'", OwnAndPassphrase, store =>
        {
            Write(store, "own", client.Value.ExportCertificatePem());
            Write(store, "key", Encrypted(client.Value));
        }, "tls_key_passphrase_blob");
        Unloadable("no blob of client_cert", SsCauseCode.BlobMissing, "blob 'CLIENT_CERT_DER'", "\"client_cert\": 0", null, "client_cert");
        Unloadable("key without a certificate", SsCauseCode.BlobMissing, "state tls_cert_blob too", "\"tls_key_blob\": \"key\"", null, "tls_key_blob");
        Unloadable("certificate that is none", SsCauseCode.BlobUnusable, "it is not a certificate", Own, static store => Write(store, "own", "hello"));
        Unloadable("PEM without a certificate", SsCauseCode.BlobUnusable, "no certificate in it", Own, store => Write(store, "own", client.Value.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        Unloadable("certificate without its key", SsCauseCode.BlobUnusable, "no private key in it", Own, store => Write(store, "own", client.Value.ExportCertificatePem()));
        Unloadable("key of another certificate", SsCauseCode.BlobUnusable, "not that of the certificate", OwnAndKey, store =>
        {
            Write(store, "own", client.Value.ExportCertificatePem());
            Write(store, "key", stranger.Value.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }, "tls_key_blob");
        Unloadable("key of another kind", SsCauseCode.BlobUnusable, "not a private key of the certificate's kind", OwnAndKey, store =>
        {
            using var rsa = RSA.Create(2048);
            Write(store, "own", client.Value.ExportCertificatePem());
            Write(store, "key", rsa.ExportPkcs8PrivateKeyPem());
        }, "tls_key_blob");
        Unloadable("wrong passphrase", SsCauseCode.BlobUnusable, "cannot be decrypted", OwnAndPassphrase, store =>
        {
            Write(store, "own", client.Value.ExportCertificatePem());
            Write(store, "key", Encrypted(client.Value));
            Write(store, "word", "wrong");
        }, "tls_key_passphrase_blob");
        Unloadable("encrypted key without a passphrase", SsCauseCode.BlobUnusable, "is encrypted", OwnAndKey, store =>
        {
            Write(store, "own", client.Value.ExportCertificatePem());
            Write(store, "key", Encrypted(client.Value));
        }, "tls_key_blob");
        Unloadable("DER certificate without its key", SsCauseCode.BlobUnusable, "there is no private key in it; name the blob that holds it with tls_key_blob", Own, store => store.Write("own", client.Value.RawData));
        Unloadable("encrypted key of another kind", SsCauseCode.BlobUnusable, "not a private key of the certificate's kind", OwnAndPassphrase, store =>
        {
            using var rsa = RSA.Create(2048);
            Write(store, "own", client.Value.ExportCertificatePem());
            Write(store, "key", rsa.ExportEncryptedPkcs8PrivateKeyPem(Secret, Encryption));
            Write(store, "word", Secret);
        }, "tls_key_blob");
        Unloadable("key on a curve that nobody knows", SsCauseCode.BlobUnusable, "its key is on a curve that this platform does not have", OwnAndKey, store =>
        {
            Write(store, "own", client.Value.ExportCertificatePem());
            store.Write("key", OnUnknownCurve(client.Value.GetECDsaPrivateKey()!.ExportPkcs8PrivateKey()));
        }, "tls_key_blob");
        Unloadable("PKCS#12 with its key, and the key of another certificate", SsCauseCode.BlobUnusable, "not that of the certificate", OwnAndKey, store =>
        {
            store.Write("own", client.Value.Export(X509ContentType.Pfx));
            Write(store, "key", stranger.Value.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }, "tls_key_blob");
        Unloadable("own certificate expired", SsCauseCode.BlobUnusable, "has expired", Own, static store => WriteBoth(store, MatrixPki.Make(MatrixPki.Root, ClientSpec() with { From = -90, Until = -1 })));
        Unloadable("own certificate not yet valid", SsCauseCode.BlobUnusable, "is not valid before", Own, static store => WriteBoth(store, MatrixPki.Make(MatrixPki.Root, ClientSpec() with { From = 1, Until = 90 })));

        foreach (var version in (string[])["-tls1_2", "-tls1_3"])
        {
            var label = version == "-tls1_2" ? "TLS 1.2" : "TLS 1.3";
            OpenSsl($"server that wants a certificate and gets none, {label}", SsPhase.Tls, version == "-tls1_2" ? SsCauseCode.TlsHandshakeFailed : SsCauseCode.ClientCertificateRefused,
                version == "-tls1_2" ? "handshake failure" : "wants a certificate", static () => [MatrixPki.Good], [version], one => one with { IsLate = version == "-tls1_3" }, [MatrixPki.Root]);
            OpenSsl($"server that trusts another authority of clients, {label}", SsPhase.Tls, SsCauseCode.ClientCertificateRefused, "refuses the certificate of this side", static () => [MatrixPki.Good],
                [version], one => one with { More = Own, Blobs = store => WriteBoth(store, stranger.Value), Attribute = "tls_cert_blob", IsLate = version == "-tls1_3" }, [MatrixPki.Root]);
        }

        Add("server that refuses a client's certificate without a word", _ => Started(new SslWitness(Refusing())), SsPhase.Tls, SsCauseCode.PeerClosed, "most likely it does not take the certificate",
            one => one with { More = Own, Blobs = store => WriteBoth(store, stranger.Value), Attribute = "tls_cert_blob", IsLate = true });

        static void Unloadable(string name, SsCauseCode code, string words, string more, Action<ISsBlobStore>? blobs, string attribute = "tls_cert_blob") =>
            Add(name, null, SsPhase.Policy, code, words, one => one with { More = more, Blobs = blobs, Attribute = attribute });
    }

    private static CertificateSpec ClientSpec() => new() { Subject = "CN=client", Dns = [], Purposes = [MatrixPki.ForClients] };

    private static string Encrypted(X509Certificate2 certificate) =>
        certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(Secret, Encryption);

    /// <summary>With the last number of the curve's identifier changed to one that nobody has given out.</summary>
    private static byte[] OnUnknownCurve(byte[] key)
    {
        byte[] nistP256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        key[key.AsSpan().IndexOf(nistP256) + nistP256.Length - 1] = 0x7f;
        return key;
    }

    private static void Write(ISsBlobStore store, string name, string text) => store.Write(name, Encoding.UTF8.GetBytes(text));

    private static void WriteBoth(ISsBlobStore store, X509Certificate2 certificate) =>
        Write(store, "own", certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

    private static System.Net.Security.SslServerAuthenticationOptions Refusing()
    {
        var options = SslWitness.Options(MatrixPki.Good);
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = static (_, _, _, _) => false;
        return options;
    }
}
