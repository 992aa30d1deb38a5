using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>
/// A hundred pairs of streamtypes at one endpoint that differ in trust, identity or pins: no connection, no certificate and no ticket of one is ever used by another, whether they come one
/// after the other or all at once. The witness is the server's log, and what passed between it and the clients. Another protocol joins by its members in <see cref="Of"/> and its way to be
/// seen in <see cref="Visit"/>.
/// </summary>
public class IdentityIsolationTests
{
    private const int Pairs = 100;
    private const int Owners = 2 * Pairs;

    // ws2 is WebSocket on HTTP/2. mixed is both kinds of streams on one kind of connection: each owner has a streamtype of either.
    public static MatrixTheoryData<string, bool> Rows => new(["h1", "h2", "raw", "ws", "ws2", "mixed"], [false, true]);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Nothing_crosses(string protocol, bool atOnce)
    {
        // Names of their own: the platform keeps sessions for the process, by name. A large certificate, to tell whole handshakes from resumed ones by their size.
        var host = $"isolated-{protocol}-{(atOnce ? "at-once" : "in-turn")}.test";
        var certificate = MatrixPki.Make(MatrixPki.Root, new() { Dns = [host], RsaBits = 2048 });
        await using var server = await TlsHost.StartAsync(certificate);
        await using var tap = new HandshakeTap(server.Port);
        using var log = new TestLog();
        using var blobs = new SsMemoryBlobStore();
        var thumbprints = new Dictionary<int, string>();
        var policy = Policy(protocol, host, tap.Port, certificate, blobs, thumbprints);

        // A clock that stands: however long two hundred handshakes at once take, none is given up.
        var platform = new SsPlatform { Names = new LoopbackNames(), Time = new ManualTimeProvider(TimeProvider.System.GetUtcNow()) };
        await using var context = SsContext.FromJson(policy, new() { LoggerFactory = log, Platform = platform, Blobs = blobs });
        var first = Enumerable.Range(0, Owners).Select(i => new Visitor(context, $"s{i}", Spoken(protocol, i, second: false), $"/stay-{i}")).ToArray();
        var second = protocol == "mixed" ? Enumerable.Range(0, Owners).Select(i => new Visitor(context, $"t{i}", Spoken(protocol, i, second: true), "")).ToArray() : first;

        // Each twice in a row, the second time ending the connection, which so never waits long enough to be given up; then again, when tickets might be used. What has its connection
        // for itself makes one each time.
        var lasts = protocol is "raw" or "ws";
        for (var pass = 0; pass < 3; pass++)
        {
            var ends = pass < 2 && !lasts;
            if (atOnce)
                await Task.WhenAll(Enumerable.Range(0, Owners).Select(i => VisitAsync(i, ends)));
            for (var i = 0; i < Owners && !atOnce; i++)
                await VisitAsync(i, ends);

            // A connection that is about to end would still be taken by one that is quick to come again.
            if (pass < 2)
                await tap.QuietAsync();
        }

        var lines = server.Log;
        Assert.Equal((lasts ? 3 : 5) * Owners, lines.Count);
        Assert.All(lines, line => Assert.Equal(Seen(protocol, line), line.Protocol));
        foreach (var connection in lines.GroupBy(static line => line.Connection))
        {
            var owner = Assert.Single(connection.Select(Index).Distinct());
            Assert.All(connection, line => Assert.Equal(thumbprints.GetValueOrDefault(owner), line.Certificate));
        }

        // A connection that stays is used again by the one that made it, so the server has seen three for each.
        Assert.Equal(3 * Owners, lines.Select(static line => line.Connection).Distinct().Count());

        // Who resumed is one and the same, the first of all, and shows no certificate; and there is one, or this would prove nothing.
        var resumed = Assert.Single(lines.Where(line => tap.Flights[line.RemotePort] < certificate.RawData.Length).Select(Index).Distinct());
        Assert.DoesNotContain(resumed, thumbprints.Keys);
        if (!atOnce)
            Assert.Equal(0, resumed);

        foreach (var visitor in first.Union(second))
            await visitor.DisposeAsync();
        log.AssertClean();

        async Task VisitAsync(int i, bool ends)
        {
            await first[i].GoAsync("stay");
            if (ends)
                await second[i].GoAsync("close");
        }
    }

    private static int Index(TlsHostLine line) => int.Parse(line.Path[(line.Path.IndexOf('-', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);

    /// <summary>What the streamtypes of an owner speak: the two of mixed, one each, and every other owner begins with the other one.</summary>
    private static string Spoken(string protocol, int i, bool second) => protocol != "mixed" ? protocol : (i % 2 == 0) != second ? "ws2" : "h2";

    /// <summary>What the server has to see: that a row is what it says.</summary>
    private static string Seen(string protocol, TlsHostLine line) => Spoken(protocol, Index(line), second: line.Path.StartsWith("/close", StringComparison.Ordinal)) switch
    {
        "h2" => "GET HTTP/2",
        "ws2" => "CONNECT HTTP/2",
        _ => "GET HTTP/1.1",
    };

    private static string Policy(string protocol, string host, int port, X509Certificate2 certificate, SsMemoryBlobStore blobs, Dictionary<int, string> thumbprints)
    {
        var certs = new List<string> { $$"""{ "root": "{{Convert.ToBase64String(MatrixPki.Root.RawData)}}" }""" };
        var stores = new List<string> { """{ "name": "plain", "stack": ["root"] }""" };
        var types = new List<string>();
        for (var i = 0; i < 2 * Pairs; i++)
        {
            var (store, more) = ("plain", "");
            switch (i / 2 % 3)
            {
                case 0:
                    store = $"store{i}";
                    certs.Add($$"""{ "extra{{i}}": "{{Convert.ToBase64String(MatrixPki.Make(null, MatrixPki.Authority($"CN=Extra {i}")).RawData)}}" }""");
                    stores.Add($$"""{ "name": "{{store}}", "stack": ["root", "extra{{i}}"] }""");
                    break;
                case 1:
                    var own = MatrixPki.Make(MatrixPki.Root, new() { Subject = $"CN=client {i}", Dns = [], Purposes = [MatrixPki.ForClients] });
                    blobs.Write($"own{i}", Encoding.UTF8.GetBytes(own.ExportCertificatePem() + "\n" + own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
                    thumbprints.Add(i, own.Thumbprint);
                    more = $$""", "tls_cert_blob": "own{{i}}" """;
                    break;
                default:
                    var other = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i)));
                    var pin = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
                    more = $$""", "tls_pins": ["sha256/{{other}}", "sha256/{{pin}}"] """;
                    break;
            }

            foreach (var (name, isSecond) in protocol == "mixed" ? [("s", false), ("t", true)] : new[] { ("s", false) })
            {
                types.Add($$"""
                    { "{{name}}{{i}}": { "endpoint": "{{host}}", "port": {{port}}, "tls": true, "tls_trust_store": "{{store}}", "metadata": [{ "path": "" }], {{Of(Spoken(protocol, i, isSecond), i)}}{{more}} } }
                    """);
            }
        }

        return $$"""{ "certs": [{{string.Join(",", certs)}}], "trust_stores": [{{string.Join(",", stores)}}], "s": [{{string.Join(",", types)}}] }""";
    }

    private static string Of(string protocol, int i) => protocol switch
    {
        "raw" => "\"protocol\": \"raw\"",
        "ws2" => $$"""
            "protocol": "ws", "ws_http_version": "2", "http_url": "/${path}-{{i}}"
            """,
        _ => $$"""
            "protocol": "{{protocol}}", "http_url": "/${path}-{{i}}"
            """,
    };
}
