using System.Security.Cryptography;
using SecureStreams.Network;
using SecureStreams.Network.Identities;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tls;

/// <summary>Where a part of a listener's identity is kept: in a blob, or in the policy's <c>certs</c>. A blob that is stated counts.</summary>
/// <param name="Attribute">The attribute that names it.</param>
/// <param name="Blob">The blob; null for an entry of the policy.</param>
/// <param name="Entry">The entry; null for a blob.</param>
internal sealed record ServerIdentitySource(string Attribute, string? Blob, CertificatePolicy? Entry)
{
    /// <summary>How messages call it.</summary>
    public string Text => Blob is { } blob ? $"blob '{blob}'" : $"certs entry '{OperatorText.Clean(Entry!.Name)}'";

    /// <summary>The certificate of <paramref name="policy"/>; null where it states none.</summary>
    public static ServerIdentitySource? Certificate(StreamTypePolicy policy) => Of(policy, "tls_cert_blob", "server_cert", policy.ServerCertificate);

    /// <summary>The key of <paramref name="policy"/>; null where it stands with the certificate.</summary>
    public static ServerIdentitySource? Key(StreamTypePolicy policy) => Of(policy, "tls_key_blob", "server_key", policy.ServerKey);

    /// <summary>The passphrase of the key; null for none.</summary>
    public static ServerIdentitySource? Passphrase(StreamTypePolicy policy) => Of(policy, "tls_key_passphrase_blob", "", null);

    /// <summary>Its bytes, which the caller clears by disposing them.</summary>
    /// <exception cref="TransportException">It is not there, or cannot be read.</exception>
    public SsBlob Read(ISsBlobStore blobs)
    {
        if (Entry is { } entry)
        {
            return entry.Der.IsDefaultOrEmpty
                ? throw Unusable(entry.Problem is { } problem ? OperatorText.Clean(problem) : "it is empty", null)
                : new SsBlob(entry.Der.AsSpan(), null);
        }

        try
        {
            return blobs.Read(Blob!) ?? throw new TransportException(new TransportFailure(SsPhase.Policy, SsCauseCode.BlobMissing,
                $"{Attribute} needs {Text} for the listener's certificate, and it is not in the store or has expired; set it, and the next connection takes it.") { Attribute = Attribute });
        }
        catch (Exception error) when (error is SsBlobException or ArgumentException)
        {
            throw Unusable("the store does not give it", error);
        }
    }

    /// <summary>That no identity can be made of it.</summary>
    public TransportException Unusable(string problem, Exception? error) =>
        new(new TransportFailure(SsPhase.Policy, SsCauseCode.BlobUnusable, $"{Attribute}: {Text} cannot be used for the listener's certificate: {problem}.") { Attribute = Attribute, Error = error });

    private static ServerIdentitySource? Of(StreamTypePolicy policy, string blobAttribute, string entryAttribute, CertificatePolicy? entry) =>
        policy.Find(blobAttribute) is { } stated ? new ServerIdentitySource(blobAttribute, stated.Value.Text, null)
        : entry is not null ? new ServerIdentitySource(entryAttribute, null, entry) : null;
}
