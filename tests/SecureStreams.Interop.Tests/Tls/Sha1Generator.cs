using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Signs certificates with SHA-1 and RSA, which the platform does not do any more by itself.</summary>
internal sealed class Sha1Generator(RSA key, bool pss) : X509SignatureGenerator
{
    // AlgorithmIdentifier { sha1WithRSAEncryption, NULL }
    private static readonly byte[] Algorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00];

    // AlgorithmIdentifier { id-RSASSA-PSS, SEQUENCE { } }: every parameter has its default, of which the hash is SHA-1.
    private static readonly byte[] PssAlgorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, 0x30, 0x00];

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => pss ? PssAlgorithm : Algorithm;

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, pss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);

    protected override PublicKey BuildPublicKey() => new(key);
}
