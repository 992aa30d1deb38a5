using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>
/// Whether a certificate is revoked can be asked along a whole chain alone. A store that trusts less than the root is no way around the question, whatever the server sends along.
/// </summary>
internal static partial class RefusalCases
{
    private static void AddAnchors()
    {
        var intermediate = new Lazy<X509Certificate2>(static () => Intermediate(new()));
        Rootless("revoked, and the store has the intermediate alone", () => [intermediate.Value], crl => [RevokedBy(intermediate.Value, crl)]);
        Rootless("revoked, and the root is sent and is not in the store", () => [intermediate.Value], crl => [RevokedBy(intermediate.Value, crl), MatrixPki.Root]);
        Rootless("server's own certificate in the store, and not its root", static () => [MatrixPki.Good], static _ => [MatrixPki.Good]);

        static void Rootless(string name, Func<X509Certificate2[]> roots, Func<CrlServer, X509Certificate2[]> make) =>
            Add(name, setting =>
            {
                var chain = make(setting.Crl);
                return Started(SslWitness.Showing(chain[0], chain[1..]));
            }, SsPhase.Tls, SsCauseCode.RevocationUnknown, "trust store 'store' does not hold the root of its chain ('CN=Root')",
            one => one with { More = "\"tls_revocation\": \"online\"", Attribute = "tls_revocation", Roots = roots });
    }

    private static X509Certificate2 RevokedBy(X509Certificate2 issuer, CrlServer crl)
    {
        var leaf = MatrixPki.Make(issuer, new() { CrlUrl = crl.Url });
        crl.File = MatrixPki.Revocations(issuer, leaf);
        return leaf;
    }
}
