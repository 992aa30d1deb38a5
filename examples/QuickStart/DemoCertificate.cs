using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuickStart;

/// <summary>A certificate that signs itself, as policies have them: base64 of the DER, and of the key in PKCS#8.</summary>
internal sealed record DemoCertificate(string Base64, string KeyBase64)
{
    public static DemoCertificate Make(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        return new DemoCertificate(Convert.ToBase64String(certificate.RawData), Convert.ToBase64String(key.ExportPkcs8PrivateKey()));
    }

    // A record would print its key.
    public override string ToString() => "a certificate";
}
