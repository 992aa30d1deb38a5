using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Who was revoked, and who may have been, by all three ways to learn of it.</summary>
internal static partial class RefusalCases
{
    private const string AskedOnline = "\"tls_revocation\": \"online\"";
    private const string WasRevoked = "was revoked by its issuer";
    private const string NotLearned = "could not be learned";

    private static void AddRevocation()
    {
        AddLists();
        AddOcsp();
        AddStaples();
        Add("no answer whether it is revoked", static setting => Started(SslWitness.Showing(Leaf(new() { CrlUrl = setting.Crl.Url }))), SsPhase.Timeout, SsCauseCode.ConnectTimeout, "waiting for the TLS handshake",
            static one => one with { More = AskedOnline, CrlIsSilent = true, Stalls = true });
    }

    private static void AddLists()
    {
        Revocation("revoked", SsCauseCode.CertificateRevoked, WasRevoked, static crl =>
        {
            var leaf = Leaf(new() { CrlUrl = crl.Url });
            crl.File = MatrixPki.Revocations(MatrixPki.Root, leaf);
            return [leaf];
        });
        Revocation("intermediate revoked", SsCauseCode.CertificateRevoked, "certificate 'CN=Intermediate' was revoked", static crl =>
        {
            var intermediate = Intermediate(new() { CrlUrl = crl.Url });
            crl.File = MatrixPki.Revocations(MatrixPki.Root, intermediate);
            return [MatrixPki.Make(intermediate, new()), intermediate];
        });
        Revocation("no place to ask whether it is revoked", SsCauseCode.RevocationUnknown, NotLearned, static _ => [MatrixPki.Good]);
        Revocation("no list where one should be", SsCauseCode.RevocationUnknown, NotLearned, static crl => [Leaf(new() { CrlUrl = crl.Url })]);
        Revocation("list that is none", SsCauseCode.RevocationUnknown, NotLearned, static crl =>
        {
            crl.File = [1, 2, 3];
            return [Leaf(new() { CrlUrl = crl.Url })];
        });
        Revocation("list of somebody else", SsCauseCode.RevocationUnknown, NotLearned, static crl =>
        {
            crl.File = MatrixPki.Revocations(MatrixPki.OtherRoot);
            return [Leaf(new() { CrlUrl = crl.Url })];
        });

        static void Revocation(string name, SsCauseCode code, string words, Func<CrlServer, X509Certificate2[]> make) =>
            Add(name, setting =>
            {
                var chain = make(setting.Crl);
                return Started(SslWitness.Showing(chain[0], chain[1..]));
            }, SsPhase.Tls, code, words, static one => one with { More = AskedOnline, Attribute = "tls_revocation" });
    }

    /// <summary>The place that a certificate names for OCSP hands out an answer that <c>openssl ocsp</c> made.</summary>
    private static void AddOcsp()
    {
        Ocsp("revoked, says OCSP", SsCauseCode.CertificateRevoked, WasRevoked, static leaf => OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Revoked));
        Ocsp("revoked, says one whom its issuer lets speak", SsCauseCode.CertificateRevoked, WasRevoked, static leaf =>
            OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Revoked, MatrixPki.Make(MatrixPki.Root, new() { Subject = "CN=Speaker", Dns = [], Purposes = [MatrixPki.ForOcsp] })));
        Ocsp("not known to OCSP", SsCauseCode.RevocationUnknown, NotLearned, static leaf => OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Unknown));
        Ocsp("OCSP answer about another", SsCauseCode.RevocationUnknown, NotLearned, static _ => OcspAnswer.MakeAsync(MatrixPki.Root, Leaf(new()), OcspAnswer.Good));
        Ocsp("OCSP answer of one whom nobody lets speak", SsCauseCode.RevocationUnknown, NotLearned, static leaf => OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good, MatrixPki.Good));
        Ocsp("OCSP answer of somebody else", SsCauseCode.RevocationUnknown, NotLearned, static leaf => OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good, MatrixPki.OtherRoot));
        Ocsp("OCSP answer that is none", SsCauseCode.RevocationUnknown, NotLearned, static _ => Task.FromResult<byte[]>([1, 2, 3]));

        static void Ocsp(string name, SsCauseCode code, string words, Func<X509Certificate2, Task<byte[]>> answer) =>
            Add(name, async setting =>
            {
                var leaf = Leaf(new() { OcspUrl = setting.Crl.Url });
                setting.Crl.File = await answer(leaf);
                return SslWitness.Showing(leaf);
            }, SsPhase.Tls, code, words, static one => one with { More = AskedOnline, Attribute = "tls_revocation" });
    }

    /// <summary>The server sends the answer itself, in its handshake.</summary>
    private static void AddStaples()
    {
        Staple("revoked, says the server's staple", SsCauseCode.CertificateRevoked, WasRevoked, static leaf => OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Revoked));
        Staple("staple that does not know it", SsCauseCode.RevocationUnknown, NotLearned, static leaf => OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Unknown));
        Staple("staple about another", SsCauseCode.RevocationUnknown, NotLearned, static _ => OcspAnswer.MakeAsync(MatrixPki.Root, Leaf(new()), OcspAnswer.Good));
        Staple("staple of somebody else", SsCauseCode.RevocationUnknown, NotLearned, static leaf => OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good, MatrixPki.OtherRoot));

        static void Staple(string name, SsCauseCode code, string words, Func<X509Certificate2, Task<byte[]>> answer) =>
            Add(name, async _ =>
            {
                var leaf = Leaf(new());
                return await OpenSslWitness.StartAsync(leaf, [], ["-alpn", "h2,http/1.1"], staple: await answer(leaf));
            }, SsPhase.Tls, code, words, static one => one with { More = AskedOnline, Attribute = "tls_revocation" });
    }
}
