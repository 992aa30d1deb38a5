using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SecureStreams.Policy;

/// <summary>Gathers the values of a trust store.</summary>
internal sealed class TrustStoreParts(ResolvedNames names)
{
    /// <summary>For setters of attributes that name something.</summary>
    public ResolvedNames Names { get; } = names;

    public ImmutableArray<CertificatePolicy> Certificates { get; private set; } = [];

    public void SetCertificates(ImmutableArray<PolicyValue> names)
    {
        var certificates = new CertificatePolicy[names.Length];
        for (var i = 0; i < certificates.Length; i++)
            certificates[i] = Names.Certificates[names[i].Text];
        Certificates = ImmutableCollectionsMarshal.AsImmutableArray(certificates);
    }
}
