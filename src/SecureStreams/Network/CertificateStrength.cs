using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Network;

/// <summary>What about a certificate can be broken today. Pure.</summary>
internal static class CertificateStrength
{
    /// <summary>Signatures over hashes for which collisions are made (RFC 6151, RFC 9155), by their object identifiers.</summary>
    private static readonly Dictionary<string, string> WeakSignatures = new(StringComparer.Ordinal)
    {
        ["1.2.840.113549.1.1.2"] = "MD2",
        ["1.2.840.113549.1.1.3"] = "MD4",
        ["1.2.840.113549.1.1.4"] = "MD5",
        ["1.2.840.113549.1.1.5"] = "SHA-1",
        ["1.3.14.3.2.29"] = "SHA-1",
        ["1.2.840.10040.4.3"] = "SHA-1",
        ["1.2.840.10045.4.1"] = "SHA-1",
    };

    /// <summary>The key in words when it is too small; null when it is not.</summary>
    public static string? WeakKey(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null)
            return rsa.KeySize < NetworkDefaults.MinRsaBits ? $"an RSA key of {rsa.KeySize} bits, where {NetworkDefaults.MinRsaBits} is the least" : null;
        using var curve = certificate.GetECDsaPublicKey();
        return curve?.KeySize < NetworkDefaults.MinEllipticCurveBits
            ? $"an elliptic curve key of {curve.KeySize} bits, where {NetworkDefaults.MinEllipticCurveBits} is the least" : null;
    }

    /// <summary>The hash of its signature when it is too weak; null when it is not.</summary>
    public static string? WeakSignature(X509Certificate2 certificate) => WeakSignatures.GetValueOrDefault(certificate.SignatureAlgorithm.Value ?? "");
}
