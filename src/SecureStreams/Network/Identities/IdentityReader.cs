using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecureStreams.Network.Identities;

/// <summary>Certificates with their keys, out of what is stored: PEM with its chain, DER, or PKCS#12 (RFC 7292). Pure.</summary>
internal static class IdentityReader
{
    /// <summary>Puts certificate, chain and key together.</summary>
    /// <param name="names">What the parts are called.</param>
    /// <param name="certificate">The first blob.</param>
    /// <param name="key">The second one; default when the key stands in the first.</param>
    /// <param name="passphrase">The third one; null when the policy names none.</param>
    /// <param name="chain">The certificates above it, for the peer.</param>
    /// <returns>The certificate with its key; the caller owns it and <paramref name="chain"/>.</returns>
    /// <exception cref="IdentityException">They cannot be put together.</exception>
    public static X509Certificate2 Read(TlsIdentity names, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> key, SecretText? passphrase, out X509Certificate2Collection chain)
    {
        chain = [];
        try
        {
            var own = IsPem(certificate) ? ReadPem(names, certificate, chain) : ReadBinary(names, certificate, passphrase, chain);
            if (names.KeyBlob is null && own.HasPrivateKey)
                return own;
            using (own)
            {
                if (names.KeyBlob is null)
                {
                    return IsPem(certificate)
                        ? KeyReader.Attach(own, certificate, passphrase, names)
                        : throw Refuse(names, "it is a certificate in DER, and there is no private key in it; name the blob that holds it with tls_key_blob");
                }

                // The platform puts no key to a certificate that has one, as that of a PKCS#12 file may; the one that is stated counts.
                using var bare = own.HasPrivateKey ? X509CertificateLoader.LoadCertificate(own.RawData) : null;
                return KeyReader.Attach(bare ?? own, key, passphrase, names);
            }
        }
        catch (DecoderFallbackException error)
        {
            throw Refuse(names, "it has the marks of PEM and is not text; store it again", error);
        }
    }

    /// <summary>Whether it is text with PEM in it; text before is allowed, as certificate tools write it.</summary>
    public static bool IsPem(ReadOnlySpan<byte> blob) => blob.IndexOf("-----BEGIN "u8) >= 0;

    private static X509Certificate2 ReadPem(TlsIdentity names, ReadOnlySpan<byte> blob, X509Certificate2Collection chain)
    {
        using var text = new SecretText(blob);
        try
        {
            chain.ImportFromPem(text.Span);
        }
        catch (CryptographicException error)
        {
            throw Refuse(names, "a certificate in it cannot be read; store the certificate again, as PEM", error);
        }

        if (chain.Count == 0)
            throw Refuse(names, "there is no certificate in it (PEM with the label CERTIFICATE); store one, its chain behind it");
        var own = chain[0];
        chain.RemoveAt(0);
        return own;
    }

    private static X509Certificate2 ReadBinary(TlsIdentity names, ReadOnlySpan<byte> blob, SecretText? passphrase, X509Certificate2Collection chain)
    {
        switch (KindOf(blob))
        {
            case X509ContentType.Cert:
                return X509CertificateLoader.LoadCertificate(blob);
            case X509ContentType.Pkcs12:
                return ReadPkcs12(names, blob, passphrase, chain);
            default:
                throw Refuse(names, "it is not a certificate; store PEM, DER or PKCS#12");
        }
    }

    private static X509ContentType KindOf(ReadOnlySpan<byte> blob)
    {
        try
        {
            return blob.IsEmpty ? X509ContentType.Unknown : X509Certificate2.GetCertContentType(blob);
        }
        catch (CryptographicException)
        {
            return X509ContentType.Unknown;
        }
    }

    private static X509Certificate2 ReadPkcs12(TlsIdentity names, ReadOnlySpan<byte> blob, SecretText? passphrase, X509Certificate2Collection chain)
    {
        try
        {
            chain.AddRange(X509CertificateLoader.LoadPkcs12Collection(blob, passphrase is null ? default : passphrase.Line, X509KeyStorageFlags.DefaultKeySet));
        }
        catch (CryptographicException error)
        {
            throw passphrase is null
                ? Refuse(names, "it is PKCS#12 that cannot be opened; name the blob with its passphrase with tls_key_passphrase_blob, or store it again", error)
                : new IdentityException("tls_key_passphrase_blob", names.PassphraseBlob!, "the PKCS#12 file cannot be opened with it; store the right passphrase, or the file again", error);
        }

        if ((chain.FirstOrDefault(static one => one.HasPrivateKey) ?? (names.KeyBlob is null ? null : chain.FirstOrDefault())) is not { } own)
            throw Refuse(names, "the PKCS#12 file holds no certificate with a key; store one that does");
        chain.Remove(own);
        return own;
    }

    private static IdentityException Refuse(TlsIdentity names, string problem, Exception? error = null) => new(names.Attribute, names.CertificateBlob, problem, error);
}
