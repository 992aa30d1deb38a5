using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Signs certificates over hashes that the platform does not sign certificates over any more by itself: SHA-1 and MD5 with RSA, SHA-1 with an elliptic curve.</summary>
internal sealed class WeakGenerator(AsymmetricAlgorithm key, HashAlgorithmName hash, bool pss) : X509SignatureGenerator
{
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";
    private const string Sha1WithEcdsa = "1.2.840.10045.4.1";
    private const int Md5Bytes = 16;

    private bool IsMd5 => hash == HashAlgorithmName.MD5;

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (key is ECDsa)
                writer.WriteObjectIdentifier(IsMd5 ? throw new NotSupportedException("There is no ECDSA over MD5.") : Sha1WithEcdsa);
            else if (pss)
                WritePss(writer);
            else
                Write(writer, IsMd5 ? "1.2.840.113549.1.1.4" : "1.2.840.113549.1.1.5");
        }

        return writer.Encode();
    }

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key is RSA rsa
        ? rsa.SignData(data, hash, pss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
        : ((ECDsa)key).SignData(data, hash, DSASignatureFormat.Rfc3279DerSequence);

    protected override PublicKey BuildPublicKey() => new(key);

    /// <summary>RFC 4055 section 3.1. Every parameter of SHA-1 is the default, and so none is written.</summary>
    private void WritePss(AsnWriter writer)
    {
        writer.WriteObjectIdentifier(RsaPss);
        using (writer.PushSequence())
        {
            if (!IsMd5)
                return;
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
                Write(writer, "1.2.840.113549.2.5");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Mgf1);
                using (writer.PushSequence())
                    Write(writer, "1.2.840.113549.2.5");
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
                writer.WriteInteger(Md5Bytes);
        }
    }

    private static void Write(AsnWriter writer, string algorithm)
    {
        writer.WriteObjectIdentifier(algorithm);
        writer.WriteNull();
    }
}
