using SecureStreams.Policy;

namespace SecureStreams.Network.Identities;

/// <summary>Where an identity is kept: names of blobs, never what is in them.</summary>
/// <param name="CertificateBlob">The certificate, with its chain and perhaps the key.</param>
/// <param name="KeyBlob">The key; null when it stands with the certificate.</param>
/// <param name="PassphraseBlob">The passphrase of the key or of the file that holds both; null for none.</param>
/// <param name="Attribute">The attribute that states it.</param>
internal sealed record TlsIdentity(string CertificateBlob, string? KeyBlob, string? PassphraseBlob, string Attribute)
{
    /// <summary>The attribute that names the key.</summary>
    public string KeyAttribute => Attribute == "client_cert" ? Attribute : KeyBlob is null ? "tls_cert_blob" : "tls_key_blob";

    /// <summary>
    /// What <paramref name="policy"/> states: <c>tls_cert_blob</c> and its like, else <c>client_cert</c>; null for neither. A key without a certificate is an identity too,
    /// which cannot be loaded: it must not silently become none.
    /// </summary>
    public static TlsIdentity? Of(StreamTypePolicy policy)
    {
        var certificate = policy.Find("tls_cert_blob")?.Value.Text;
        var key = policy.Find("tls_key_blob")?.Value.Text;
        var passphrase = policy.Find("tls_key_passphrase_blob")?.Value.Text;
        if (certificate is not null)
            return new TlsIdentity(certificate, key, passphrase, "tls_cert_blob");
        if (policy.Find("client_cert") is { } index)
            return new TlsIdentity(SsBlobNames.ClientCertificateAt((int)index.Value.Number), key ?? SsBlobNames.ClientKeyAt((int)index.Value.Number), passphrase, "client_cert");
        return key is null ? null : new TlsIdentity("", key, passphrase, "tls_key_blob");
    }
}
