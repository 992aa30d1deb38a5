using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Network;

/// <summary>What about a certificate can be broken today. Pure.</summary>
internal static class CertificateStrength
{
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Sha1 = "1.3.14.3.2.26";

    private static readonly Dictionary<string, string> WeakHashes = new(StringComparer.Ordinal) { [Sha1] = "SHA-1", ["1.2.840.113549.2.5"] = "MD5" };

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
    public static string? WeakSignature(X509Certificate2 certificate)
    {
        var algorithm = certificate.SignatureAlgorithm.Value ?? "";
        return algorithm == RsaPss ? WeakHashes.GetValueOrDefault(PssHash(certificate)) : WeakSignatures.GetValueOrDefault(algorithm);
    }

    /// <summary>RSASSA-PSS names its hash in a parameter, and means SHA-1 where it names none (RFC 4055 section 3.1).</summary>
    private static string PssHash(X509Certificate2 certificate)
    {
        // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, parameters SEQUENCE { [0] hashAlgorithm SEQUENCE { OID ... } ... } }, ... }
        var outer = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        outer.ReadEncodedValue();
        var algorithm = outer.ReadSequence();
        algorithm.ReadObjectIdentifier();
        var hash = new Asn1Tag(TagClass.ContextSpecific, 0);
        if (!algorithm.HasData || !algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
            return Sha1;
        var parameters = algorithm.ReadSequence();
        return parameters.HasData && parameters.PeekTag().HasSameClassAndValue(hash) ? parameters.ReadSequence(hash).ReadSequence().ReadObjectIdentifier() : Sha1;
    }
}
