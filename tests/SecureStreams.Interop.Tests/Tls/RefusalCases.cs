using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>The matrix: everything that must not become a connection, each with the phase and the code under which it is refused.</summary>
internal static partial class RefusalCases
{
    private static readonly Dictionary<string, RefusalCase> Table = new(StringComparer.Ordinal);

    static RefusalCases()
    {
        AddNames();
        AddTrust();
        AddPurposes();
        AddStrength();
        AddRevocation();
        AddPins();
        AddHandshakes();
        AddIdentities();
        AddAnchors();
    }

    public static IReadOnlyDictionary<string, RefusalCase> All => Table;

    private static void AddNames()
    {
        Host("common name of another host, no subjectAltName", new() { Subject = "CN=elsewhere.test", Dns = [] }, "localhost", "no host at all");
        Host("subjectAltName of another host, common name right", new() { Subject = "CN=localhost", Dns = ["elsewhere.test"] }, "localhost", "'elsewhere.test'");
        Host("wildcard for one label where there are two", new() { Dns = ["*.example.test"] }, "a.b.example.test", "'*.example.test'");
        Host("wildcard for no label", new() { Dns = ["*.example.test"] }, "example.test", "'*.example.test'");
        Host("wildcard in the middle", new() { Dns = ["a.*.test"] }, "a.example.test", "'a.*.test'");
        Host("address as a DNS name", new() { Dns = ["127.0.0.1"] }, "127.0.0.1", "'127.0.0.1'");
        Host("another address", new() { Dns = ["localhost"], Ips = ["127.0.0.2"] }, "127.0.0.1", "'127.0.0.2'");
        Host("name that only begins alike", new() { Dns = ["example.test.evil.test"] }, "example.test", "'example.test.evil.test'");
    }

    private static void AddTrust()
    {
        Show("expired", SsCauseCode.CertificateExpired, "has expired", static () => [Leaf(new() { From = -90, Until = -10 })]);
        Show("not yet valid", SsCauseCode.CertificateExpired, "is not valid yet", static () => [Leaf(new() { From = 10, Until = 90 })]);
        Show("other root", SsCauseCode.CertificateUntrusted, "CN=Other Root", static () => [MatrixPki.Make(MatrixPki.OtherRoot, new())]);
        Show("other root, sent along", SsCauseCode.CertificateUntrusted, "CN=Other Root", static () => [MatrixPki.Make(MatrixPki.OtherRoot, new()), MatrixPki.OtherRoot]);
        Show("self-signed", SsCauseCode.CertificateUntrusted, "self-signed", static () => [MatrixPki.Make(null, new())]);
        Show("missing intermediate", SsCauseCode.CertificateUntrusted, "was not sent by the server", static () => [MatrixPki.Make(Intermediate(new()), new())]);
        Show("expired intermediate", SsCauseCode.CertificateExpired, "CN=Intermediate", static () => Chain(static one => one with { From = -90, Until = -10 }));
        Show("intermediate that is not yet valid", SsCauseCode.CertificateExpired, "CN=Intermediate", static () => Chain(static one => one with { From = 10, Until = 90 }));
        Show("signed by one who only bears the root's name", SsCauseCode.CertificateUntrusted, "", static () => [MatrixPki.Make(MatrixPki.OtherRoot, new(), MatrixPki.Root)]);
        var old = new Lazy<X509Certificate2>(static () => MatrixPki.Make(null, MatrixPki.Authority("CN=Old Root") with { From = -900, Until = -1 }));
        Show("expired root in the store", SsCauseCode.CertificateExpired, "renew it there", () => [MatrixPki.Make(old.Value, new())], static one => one with { Attribute = "tls_trust_store" }, () => [old.Value]);
        Add("operating system's store", Showing(static () => [MatrixPki.Good]), SsPhase.Tls, SsCauseCode.CertificateUntrusted, "the operating system's trust store", static one => one with { Roots = null });
        Add("empty trust store", null, SsPhase.Policy, SsCauseCode.TrustStoreUnusable, "no usable certificate", static one => one with { EmptyStore = true });
    }

    private static void AddPurposes()
    {
        Show("certificate for clients", SsCauseCode.CertificateInvalid, "not made for authenticating servers", static () => [Leaf(new() { Purposes = [MatrixPki.ForClients] })]);
        Show("issuer that is no authority", SsCauseCode.CertificateInvalid, "", static () => Chain(static one => one with { IsAuthority = false }));
        Show("issuer that may not sign certificates", SsCauseCode.CertificateInvalid, "", static () => Chain(static one => one with { Usage = X509KeyUsageFlags.DigitalSignature }));
        Show("intermediate for clients only", SsCauseCode.CertificateInvalid, "not made for authenticating servers", static () => Chain(static one => one with { Purposes = [MatrixPki.ForClients] }));
        Show("path longer than allowed", SsCauseCode.CertificateInvalid, "", static () =>
        {
            var upper = Intermediate(new() { PathLength = 0 });
            var lower = MatrixPki.Make(upper, MatrixPki.Authority("CN=Lower"));
            return [MatrixPki.Make(lower, new()), lower, upper];
        });
        Show("name outside of what the intermediate may issue for", SsCauseCode.CertificateInvalid, "", static () => Chain(static one => one with { PermittedDns = "example.test" }));
    }

    private static void AddPins()
    {
        const string ofLeaf = ", \"tls_pin_scope\": \"leaf\"";
        const string ofChain = ", \"tls_pin_scope\": \"chain\"";
        X509Certificate2[] good = [MatrixPki.Good];
        var intermediate = Intermediate(new());
        X509Certificate2[] chain = [MatrixPki.Make(intermediate, new()), intermediate];
        Pinned("another key than the pinned one", MatrixPki.OtherRoot, "", good, good);
        Pinned("another chain than the pinned one", MatrixPki.OtherRoot, ofChain, good, [.. good, MatrixPki.Root]);
        Pinned("another chain of three than the pinned one", MatrixPki.OtherRoot, ofChain, chain, [.. chain, MatrixPki.Root]);
        Pinned("key of the root pinned for the server's own", MatrixPki.Root, "", good, good);
        Pinned("key of the intermediate pinned for the server's own", intermediate, "", chain, chain[..1]);
        Pinned("key of the intermediate pinned for the server's own in so many words", intermediate, ofLeaf, chain, chain[..1]);

        // What counts ends with the anchor. openssl sends the root as well.
        OpenSsl("key of the root above an intermediate that is the anchor", SsPhase.Tls, SsCauseCode.CertificatePinMismatch, Seen(chain), () => [.. chain, MatrixPki.Root], [],
            one => one with { More = Pins(MatrixPki.Root) + ofChain, Attribute = "tls_pins", Roots = () => [intermediate] });

        static void Pinned(string name, X509Certificate2 pin, string more, X509Certificate2[] shown, X509Certificate2[] seen) =>
            Add(name, Showing(() => shown), SsPhase.Tls, SsCauseCode.CertificatePinMismatch, Seen(seen), one => one with { More = Pins(pin) + more, Attribute = "tls_pins" });

        static string Pins(X509Certificate2 pin) => $"\"tls_pins\": [\"{Pin(pin)}\"]";

        static string Seen(X509Certificate2[] seen) => $"which has {string.Join(", ", seen.Select(Pin))};";
    }

    private static void AddHandshakes()
    {
        Add("server without ALPN", static _ => Started(new SslWitness(Speaking())), SsPhase.Tls, SsCauseCode.AlpnMismatch, "agreed to no protocol", static one => one with { OnlyWith = "h2", Attribute = "protocol" });
        Add("server of another protocol", static _ => Started(new SslWitness(Speaking("mqtt"))), SsPhase.Tls, SsCauseCode.AlpnMismatch, "ALPN", static one => one with { NeedsAlpn = true, Attribute = "protocol" });
        foreach (var bytes in (int[])[1, 5, 9, 60, 127, 200, 600])
            Add($"answer cut after {bytes} bytes", _ => Started(new CutWitness(bytes, RawEnding.Close, SslProtocols.Tls13)), SsPhase.Tls, SsCauseCode.PeerClosed, "in the middle");
        foreach (var bytes in (int[])[1, 60, 600])
            Add($"TLS 1.2 answer cut after {bytes} bytes", _ => Started(new CutWitness(bytes, RawEnding.Close, SslProtocols.Tls12)), SsPhase.Tls, SsCauseCode.PeerClosed, "in the middle");
        foreach (var bytes in (int[])[1, 127, 600])
            Add($"reset after {bytes} bytes", _ => Started(new CutWitness(bytes, RawEnding.Reset, SslProtocols.Tls13)), SsPhase.Tls, SsCauseCode.ConnectionReset, "reset the connection");
        Raw("closes without an answer", [], SsCauseCode.PeerClosed, "without an answer");
        Raw("resets without an answer", [], SsCauseCode.ConnectionReset, "reset the connection", RawEnding.Reset);
        Raw("plaintext", Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), SsCauseCode.TlsHandshakeFailed, "does not speak TLS");
        Raw("another plaintext protocol", Encoding.ASCII.GetBytes("220 mail.example.test ESMTP\r\n"), SsCauseCode.TlsHandshakeFailed, "does not speak TLS");
        Raw("garbage", [0xff, 0xfe, 0x80, 0x00, 0x12, 0x13, 0x14, 0x00, 0x01], SsCauseCode.TlsHandshakeFailed, "0xff");
        Raw("garbage in a record of a handshake", [0x16, 3, 3, 0, 8, 0x7f, 0, 0, 4, 1, 2, 3, 4], SsCauseCode.TlsHandshakeFailed, "TLS handshake failed");
        Raw("record longer than allowed", [0x16, 3, 3, 0xff, 0xff, 2, 0, 0xff, 0xfb, 3, 3], SsCauseCode.PeerClosed, "in the middle");
        Raw("alert handshake_failure", [0x15, 3, 3, 0, 2, 2, 40], SsCauseCode.TlsHandshakeFailed, "handshake failure");
        Raw("alert internal_error", [0x15, 3, 3, 0, 2, 2, 80], SsCauseCode.TlsHandshakeFailed, "internal error");
        Raw("alert unrecognized_name", [0x15, 3, 3, 0, 2, 2, 112], SsCauseCode.TlsHandshakeFailed, "unrecognized name");
        Raw("close_notify before anything", [0x15, 3, 3, 0, 2, 1, 0], SsCauseCode.PeerClosed, "closed the connection");
        Raw("TLS 1.0 chosen", OldHello(1), SsCauseCode.TlsHandshakeFailed, "speaks TLS 1.0");
        Raw("TLS 1.1 chosen", OldHello(2), SsCauseCode.TlsHandshakeFailed, "speaks TLS 1.1");
        Add("silent", static _ => Started(new RawWitness([], RawEnding.Silence)), SsPhase.Timeout, SsCauseCode.ConnectTimeout, "waiting for the TLS handshake", static one => one with { Stalls = true });
        Add("silent in the middle of its answer", static _ => Started(new RawWitness([0x16, 3, 3, 1, 0, 2, 0, 0, 252], RawEnding.Silence)), SsPhase.Timeout, SsCauseCode.ConnectTimeout, "waiting for the TLS handshake",
            static one => one with { Stalls = true });
        OpenSsl("TLS 1.0 only", SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, "neither TLS 1.2 nor 1.3", static () => [MatrixPki.Good], ["-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"]);
        OpenSsl("TLS 1.1 only", SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, "neither TLS 1.2 nor 1.3", static () => [MatrixPki.Good], ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]);
        OpenSsl("no cipher in common", SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, "handshake failure", static () => [MatrixPki.Good], ["-tls1_2", "-cipher", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"]);
    }

    private static X509Certificate2 Leaf(CertificateSpec spec) => MatrixPki.Make(MatrixPki.Root, spec);

    private static X509Certificate2 Intermediate(CertificateSpec changes) => MatrixPki.Make(MatrixPki.Root, MatrixPki.Authority("CN=Intermediate") with { CrlUrl = changes.CrlUrl, PathLength = changes.PathLength });

    private static X509Certificate2[] Chain(Func<CertificateSpec, CertificateSpec> change)
    {
        var intermediate = MatrixPki.Make(MatrixPki.Root, change(MatrixPki.Authority("CN=Intermediate")));
        return [MatrixPki.Make(intermediate, new()), intermediate];
    }

    /// <summary>The hash of a certificate's key as policies state it, made without the code under test.</summary>
    internal static string Pin(X509Certificate2 certificate) =>
        "sha256/" + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>A ServerHello of TLS 1.0 or 1.1, whole: version, random, no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.</summary>
    private static byte[] OldHello(byte minor) => [0x16, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor, .. new byte[32], 0, 0, 0x2f, 0];

    private static System.Net.Security.SslServerAuthenticationOptions Speaking(string? protocol = null)
    {
        var options = SslWitness.Options(MatrixPki.Good);
        options.ApplicationProtocols = protocol is null ? null : [new System.Net.Security.SslApplicationProtocol(protocol)];
        return options;
    }

    private static Task<IWitness> Started(IWitness witness) => Task.FromResult(witness);

    private static Func<RefusalSetting, Task<IWitness>> Showing(Func<X509Certificate2[]> make) => _ =>
    {
        var chain = make();
        return Started(SslWitness.Showing(chain[0], chain[1..]));
    };

    private static void Host(string name, CertificateSpec spec, string host, string words) =>
        Add(name, Showing(() => [Leaf(spec)]), SsPhase.Tls, SsCauseCode.CertificateHostMismatch, words, one => one with { Host = host, Attribute = "endpoint" });

    private static void Show(
        string name, SsCauseCode code, string words, Func<X509Certificate2[]> make, Func<RefusalCase, RefusalCase>? more = null, Func<X509Certificate2[]>? roots = null) =>
        Add(name, Showing(make), SsPhase.Tls, code, words, one => (more?.Invoke(one) ?? one) with { Roots = roots ?? one.Roots });

    private static void Raw(string name, byte[] answer, SsCauseCode code, string words, RawEnding ending = RawEnding.Close) =>
        Add(name, _ => Started(new RawWitness(answer, ending)), SsPhase.Tls, code, words);

    private static void OpenSsl(
        string name, SsPhase phase, SsCauseCode code, string words, Func<X509Certificate2[]> make, string[] arguments, Func<RefusalCase, RefusalCase>? more = null,
        X509Certificate2[]? clientAuthorities = null) =>
        Add(name, async _ =>
        {
            var chain = make();
            return await OpenSslWitness.StartAsync(chain[0], chain[1..], [.. arguments, "-alpn", "h2,http/1.1"], clientAuthorities);
        }, phase, code, words, more);

    private static void Add(string name, Func<RefusalSetting, Task<IWitness>>? peer, SsPhase phase, SsCauseCode code, string words, Func<RefusalCase, RefusalCase>? more = null)
    {
        var one = new RefusalCase(peer, phase, code, words);
        Table.Add(name, more?.Invoke(one) ?? one);
    }
}
