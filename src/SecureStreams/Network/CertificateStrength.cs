using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Network;

/// <summary>What about a certificate can be broken today. Pure.</summary>
internal static class CertificateStrength
{
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Sha1 = "1.3.14.3.2.26";

    private static readonly Dictionary<string, string> WeakHashes = new(StringComparer.Ordinal) { [Sha1] = "SHA-1", ["1.2.840.113549.2.5"] = "MD5" };

    /// <summary>The parameters of keys on P-256, P-384 and P-521 (RFC 5480 section 2.1.1.1): none is weak, and nearly every key on a curve is on one of them.</summary>
    private static readonly byte[][] CommonCurves =
    [
        [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22], [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23],
    ];

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
    /// <remarks>Its size is read from the certificate where that is plain: to make a key of it costs as much as a tenth of a handshake.</remarks>
    public static string? WeakKey(X509Certificate2 certificate)
    {
        switch (certificate.GetKeyAlgorithm())
        {
            case Rsa:
                return WeakRsa(ModulusBits(certificate.GetPublicKey()));
            case EllipticCurve when CommonCurves.Any(curve => certificate.GetKeyAlgorithmParameters().AsSpan().SequenceEqual(curve)):
                return null;
        }

        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null)
            return WeakRsa(rsa.KeySize);
        using var other = certificate.GetECDsaPublicKey();
        return other?.KeySize < NetworkDefaults.MinEllipticCurveBits
            ? $"an elliptic curve key of {other.KeySize} bits, where {NetworkDefaults.MinEllipticCurveBits} is the least" : null;
    }

    /// <summary>The hash of its signature when it is too weak; null when it is not.</summary>
    public static string? WeakSignature(X509Certificate2 certificate)
    {
        var algorithm = certificate.SignatureAlgorithm.Value ?? "";
        return algorithm == RsaPss ? WeakHashes.GetValueOrDefault(PssHash(certificate)) : WeakSignatures.GetValueOrDefault(algorithm);
    }

    private static string? WeakRsa(long bits) =>
        bits < NetworkDefaults.MinRsaBits ? $"an RSA key of {bits} bits, where {NetworkDefaults.MinRsaBits} is the least" : null;

    /// <summary>RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 appendix A.1.1).</summary>
    private static long ModulusBits(byte[] publicKey)
    {
        var modulus = new AsnReader(publicKey, AsnEncodingRules.DER).ReadSequence().ReadIntegerBytes().Span.TrimStart((byte)0);
        return modulus.IsEmpty ? 0 : (modulus.Length * 8L) - BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;
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
