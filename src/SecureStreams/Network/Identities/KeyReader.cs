using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Network.Identities;

/// <summary>Private keys in every form in which they are kept: PKCS#8 (RFC 5958), plain or encrypted, PKCS#1 (RFC 8017) and SEC1 (RFC 5915), each as DER or PEM.</summary>
internal static class KeyReader
{
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string EllipticCurve = "1.2.840.10045.2.1";

    private static readonly string[] Labels = ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

    /// <summary>The certificate together with the key in <paramref name="blob"/>.</summary>
    /// <param name="certificate">The certificate; stays the caller's.</param>
    /// <param name="blob">DER, or PEM in which other things may stand before and after.</param>
    /// <param name="passphrase">The passphrase; null when the policy names none.</param>
    /// <param name="names">What it is called.</param>
    /// <exception cref="IdentityException">There is no such key in it.</exception>
    public static X509Certificate2 Attach(X509Certificate2 certificate, ReadOnlySpan<byte> blob, SecretText? passphrase, TlsIdentity names)
    {
        if (!IdentityReader.IsPem(blob))
            return AttachDer(certificate, blob, passphrase, names);

        using var text = new SecretText(blob);
        if (text.Span.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            throw Refuse(names, "its key is encrypted in the old form of PEM (Proc-Type: 4,ENCRYPTED); convert it with \"openssl pkcs8 -topk8\"");
        for (var rest = text.Span; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            if (!IsKey(rest[fields.Label]))
                continue;
            var der = GC.AllocateUninitializedArray<byte>(fields.DecodedDataLength, pinned: true);
            try
            {
                if (!Convert.TryFromBase64Chars(rest[fields.Base64Data], der, out var length))
                    break;
                return AttachDer(certificate, der.AsSpan(0, length), passphrase, names);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(der);
            }
        }

        throw Refuse(names, "there is no private key in it (PEM with a label that ends in PRIVATE KEY); store one, or name the blob that holds it with tls_key_blob");
    }

    private static bool IsKey(ReadOnlySpan<char> label)
    {
        foreach (var known in Labels)
        {
            if (label.SequenceEqual(known))
                return true;
        }

        return false;
    }

    private static X509Certificate2 AttachDer(X509Certificate2 certificate, ReadOnlySpan<byte> der, SecretText? passphrase, TlsIdentity names)
    {
        var encrypted = IsEncrypted(der, names);
        if (encrypted && passphrase is null)
            throw Refuse(names, "its key is encrypted; name the blob with the passphrase with tls_key_passphrase_blob");
        using AsymmetricAlgorithm key = certificate.GetKeyAlgorithm() switch
        {
            Rsa or RsaPss => RSA.Create(),
            EllipticCurve => ECDsa.Create(),
            var other => throw Refuse(names, $"the certificate has a key of a kind that cannot be used here ({other}); use RSA or an elliptic curve"),
        };
        try
        {
            if (encrypted)
                key.ImportEncryptedPkcs8PrivateKey(passphrase!.Line, der, out _);
            else
                Import(key, der);
        }
        catch (PlatformNotSupportedException error)
        {
            throw Refuse(names, "its key is on a curve that this platform does not have; use RSA, or a curve such as NIST P-256", error);
        }
        catch (CryptographicException error)
        {
            throw encrypted && !IsOfOtherKind(key, der, passphrase!)
                ? new IdentityException("tls_key_passphrase_blob", names.PassphraseBlob!, "the key cannot be decrypted with it; store the right passphrase", error)
                : Refuse(names, $"it is not a private key of the certificate's kind ({Kind(key)}); store the key that the certificate was made for", error);
        }

        try
        {
            return key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        }
        catch (ArgumentException)
        {
            // What it says is that the keys differ; not passed on, for it may come with parameters of the key.
            throw Refuse(names, "the key is not that of the certificate; store the two that belong together");
        }
    }

    /// <summary>Whether an encrypted key can be decrypted and is of the other kind: of a passphrase that is wrong the platform says the same as of a key that is.</summary>
    private static bool IsOfOtherKind(AsymmetricAlgorithm wanted, ReadOnlySpan<byte> der, SecretText passphrase)
    {
        using AsymmetricAlgorithm other = wanted is RSA ? ECDsa.Create() : RSA.Create();
        try
        {
            other.ImportEncryptedPkcs8PrivateKey(passphrase.Line, der, out _);
            return true;
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            // One on a curve that the platform does not have was decrypted as well.
            return error is PlatformNotSupportedException;
        }
    }

    private static void Import(AsymmetricAlgorithm key, ReadOnlySpan<byte> der)
    {
        try
        {
            key.ImportPkcs8PrivateKey(der, out _);
        }
        catch (CryptographicException)
        {
            // The forms have no mark that tells them apart; what is in none of them fails here again, and that is reported.
            if (key is RSA rsa)
                rsa.ImportRSAPrivateKey(der, out _);
            else
                ((ECDsa)key).ImportECPrivateKey(der, out _);
        }
    }

    /// <summary>An encrypted key begins with its algorithm, every other one with the number of its version.</summary>
    private static bool IsEncrypted(ReadOnlySpan<byte> der, TlsIdentity names)
    {
        try
        {
            AsnDecoder.ReadSequence(der, AsnEncodingRules.BER, out var offset, out var length, out _);
            return length > 0 && Asn1Tag.Decode(der.Slice(offset, length), out _).HasSameClassAndValue(Asn1Tag.Sequence);
        }
        catch (AsnContentException error)
        {
            throw Refuse(names, "it is neither PEM nor a private key in DER; store PKCS#8, PKCS#1 or SEC1", error);
        }
    }

    private static IdentityException Refuse(TlsIdentity names, string problem, Exception? error = null) =>
        new(names.KeyAttribute, names.KeyBlob ?? names.CertificateBlob, problem, error);

    private static string Kind(AsymmetricAlgorithm key) => key is RSA ? "RSA" : "elliptic curve";
}
