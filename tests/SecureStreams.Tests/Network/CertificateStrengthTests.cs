using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Network;
using Xunit;

namespace SecureStreams.Tests.Network;

/// <summary>Sizes of keys read from certificates are those that the platform finds in the keys themselves.</summary>
public sealed class CertificateStrengthTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2040)]
    [InlineData(2048)]
    [InlineData(4096)]
    public void An_rsa_key_has_the_bits_that_it_has(int bits)
    {
        using var key = RSA.Create(bits);
        using var certificate = Sign(new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal(bits < 2048 ? $"an RSA key of {bits} bits, where 2048 is the least" : null, CertificateStrength.WeakKey(certificate));
    }

    [Theory]
    [InlineData("nistP256", null)]
    [InlineData("nistP384", null)]
    [InlineData("nistP521", null)]
    [InlineData("brainpoolP256r1", null)]
    [InlineData("secp224r1", null)]
    [InlineData("brainpoolP192r1", "an elliptic curve key of 192 bits, where 224 is the least")]
    [InlineData("brainpoolP160r1", "an elliptic curve key of 160 bits, where 224 is the least")]
    public void A_key_on_a_curve_has_the_bits_of_the_curve(string curve, string? weak)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        using var certificate = Sign(new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256));
        Assert.Equal(weak, CertificateStrength.WeakKey(certificate));
    }

    private static X509Certificate2 Sign(CertificateRequest request)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return request.CreateSelfSigned(now, now.AddDays(1));
    }
}
