using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>A trust store of the policy with its certificates parsed.</summary>
internal sealed class TrustAnchors : IDisposable
{
    private readonly ImmutableArray<byte[]> _members;

    public TrustAnchors(TrustStorePolicy store)
    {
        Name = store.Name;
        var unusable = ImmutableArray.CreateBuilder<string>();
        foreach (var certificate in store.Certificates)
        {
            if (certificate.Problem is { } problem)
                unusable.Add($"'{OperatorText.Clean(certificate.Name)}': {OperatorText.Clean(problem)}");
            else if (Parse(certificate) is { } parsed)
                Certificates.Add(parsed);
            else
                unusable.Add($"'{OperatorText.Clean(certificate.Name)}': not a DER certificate");
        }

        Unusable = unusable.ToImmutable();
        _members = [.. Certificates.Select(static one => one.RawData)];
    }

    /// <summary>The store's name in the policy.</summary>
    public string Name { get; }

    /// <summary>Its usable members. Owned by this object.</summary>
    public X509Certificate2Collection Certificates { get; } = [];

    /// <summary>Its other members, each with what is wrong with it.</summary>
    public ImmutableArray<string> Unusable { get; }

    /// <summary>Whether <paramref name="certificate"/> is, byte by byte, a member.</summary>
    public bool Contains(X509Certificate2 certificate)
    {
        var raw = certificate.RawDataMemory;
        foreach (var member in _members)
        {
            if (raw.Span.SequenceEqual(member))
                return true;
        }

        return false;
    }

    /// <summary>Refuses a store in which nothing is usable: with it every peer would be refused, and the peer is not to blame.</summary>
    /// <exception cref="TransportException">The store is unusable.</exception>
    public void ThrowIfUnusable()
    {
        if (Certificates.Count > 0)
            return;

        var why = Unusable.IsEmpty ? "it is empty" : string.Join("; ", Unusable);
        throw new TransportException(new TransportFailure(SsPhase.Policy, SsCauseCode.TrustStoreUnusable,
            $"trust store '{OperatorText.Clean(Name)}' has no usable certificate ({why}); put a base64 DER certificate into the policy's certs for it")
        {
            Attribute = "tls_trust_store",
            Permanent = true,
        });
    }

    public void Dispose()
    {
        foreach (var certificate in Certificates)
            certificate.Dispose();
    }

    private static X509Certificate2? Parse(CertificatePolicy certificate)
    {
        try
        {
            return certificate.Der.IsDefaultOrEmpty ? null : X509CertificateLoader.LoadCertificate(certificate.Der.AsSpan());
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
