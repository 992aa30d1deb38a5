using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Keys and signatures that can be forged. Only openssl shows them, told to take anything.</summary>
internal static partial class RefusalCases
{
    // X9.62 prime192v1, by its object identifier: the platform has no name for a curve that small.
    private static readonly ECCurve SmallCurve = ECCurve.CreateFromValue("1.2.840.10045.3.1.1");

    private static void AddStrength()
    {
        Weak("RSA key of 1024 bits", "an RSA key of 1024 bits", static () => [Leaf(new() { RsaBits = 1024 })]);
        Weak("intermediate with an RSA key of 1024 bits", "an RSA key of 1024 bits", static () => Chain(static one => one with { RsaBits = 1024 }));
        Weak("intermediate with an elliptic curve of 192 bits", "certificate 'CN=Intermediate' has an elliptic curve key of 192 bits, where 224 is the least",
            static () => Chain(static one => one with { Curve = SmallCurve }));

        // TLS has its own word against such a key of the server itself, before there is a certificate to judge: the curve is none that this side offers.
        OpenSsl("elliptic curve of 192 bits", SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, "handshake failure", static () => [Leaf(new() { Curve = SmallCurve })],
            ["-tls1_2", "-cipher", "DEFAULT:@SECLEVEL=0"]);

        foreach (var (hash, name) in ((HashAlgorithmName, string)[])[(HashAlgorithmName.SHA1, "SHA-1"), (HashAlgorithmName.MD5, "MD5")])
        {
            Weak($"signed with {name}", $"certificate 'CN=leaf' is signed with {name}", () => [MatrixPki.Make(MatrixPki.RsaRoot, new() { WeakHash = hash })], MatrixPki.RsaRoot);
            Weak($"signed with {name} by RSA-PSS, which has it in a parameter", $"certificate 'CN=leaf' is signed with {name}",
                () => [MatrixPki.Make(MatrixPki.RsaRoot, new() { WeakHash = hash, Pss = true })], MatrixPki.RsaRoot);
            Weak($"intermediate signed with {name}", $"certificate 'CN=Intermediate' is signed with {name}", () =>
            {
                var intermediate = MatrixPki.Make(MatrixPki.RsaRoot, MatrixPki.Authority("CN=Intermediate") with { WeakHash = hash });
                return [MatrixPki.Make(intermediate, new()), intermediate];
            }, MatrixPki.RsaRoot);
        }

        Weak("signed with SHA-1 by an elliptic curve", "certificate 'CN=leaf' is signed with SHA-1", static () => [Leaf(new() { WeakHash = HashAlgorithmName.SHA1 })]);

        static void Weak(string name, string words, Func<X509Certificate2[]> make, X509Certificate2? root = null) =>
            OpenSsl(name, SsPhase.Tls, SsCauseCode.CertificateInvalid, words, make, ["-cipher", "DEFAULT:@SECLEVEL=0"], one => root is null ? one : one with { Roots = () => [root] });
    }
}
