using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>
/// A hundred pairs of streamtypes at one endpoint that differ in trust, identity or pins: no connection, no certificate and no ticket of one is ever used by another. The witness is
/// the server's log, and what passed between it and the clients. Another protocol joins by its members in <see cref="Of"/> and its way to be seen in <see cref="Visit"/>.
/// </summary>
public class IdentityIsolationTests
{
    private const int Pairs = 100;

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    [InlineData("raw")]
    [InlineData("ws")]
    public async Task Nothing_crosses(string protocol)
    {
        // Names of their own: the platform keeps sessions for the process, by name. A large certificate, to tell whole handshakes from resumed ones by their size.
        var host = $"isolated-{protocol}.test";
        var certificate = MatrixPki.Make(MatrixPki.Root, new() { Dns = [host], RsaBits = 2048 });
        await using var server = await TlsHost.StartAsync(certificate);
        await using var tap = new HandshakeTap(server.Port);
        using var log = new TestLog();
        using var blobs = new SsMemoryBlobStore();
        var thumbprints = new Dictionary<int, string>();
        var policy = Policy(protocol, host, tap.Port, certificate, blobs, thumbprints);
        var platform = new SsPlatform { Names = new LoopbackNames() };
        await using var context = SsContext.FromJson(policy, new() { LoggerFactory = log, Platform = platform, Blobs = blobs });
        var handlers = Enumerable.Range(0, 2 * Pairs).Select(static _ => new RecordingHandler()).ToArray();
        var streams = handlers.Select((handler, i) => context.Create($"s{i}", handler, new() { Metadata = new Dictionary<string, string> { ["path"] = "stay" } })).ToArray();

        for (var i = 0; i < streams.Length; i++)
            Visit.Arm(handlers[i], protocol, $"/stay-{i}");

        // Each twice in a row, the second time ending the connection, which so never waits long enough to be given up; then again, when tickets might be used. What has its connection
        // for itself makes one each time.
        var lasts = protocol is "raw" or "ws";
        for (var pass = 0; pass < 3; pass++)
        {
            for (var i = 0; i < streams.Length; i++)
            {
                foreach (var path in pass < 2 && !lasts ? (string[])["stay", "close"] : ["stay"])
                {
                    streams[i].SetMetadata("path", path);
                    streams[i].Connect();
                    await handlers[i].WaitForStateAsync(SsState.Disconnected, times: lasts ? pass + 1 : (2 * pass) + (path == "close" ? 2 : 1));
                }
            }
        }

        var lines = server.Log;
        Assert.Equal((lasts ? 3 : 5) * 2 * Pairs, lines.Count);
        foreach (var connection in lines.GroupBy(static line => line.Connection))
        {
            var owner = Assert.Single(connection.Select(static line => Index(line)).Distinct());
            Assert.All(connection, line => Assert.Equal(thumbprints.GetValueOrDefault(owner), line.Certificate));
        }

        // A connection that stays is used again by the one that made it, so the server has seen three for each.
        Assert.Equal(3 * 2 * Pairs, lines.Select(static line => line.Connection).Distinct().Count());

        // Who resumed is one and the same, and shows no certificate; and there is one, or this would prove nothing.
        var resumed = lines.Where(line => tap.Flights[line.RemotePort] < certificate.RawData.Length).Select(static line => Index(line)).Distinct().ToList();
        Assert.Equal(0, Assert.Single(resumed));
        Assert.DoesNotContain(0, thumbprints.Keys);

        foreach (var stream in streams)
            await stream.DisposeAsync();
        foreach (var handler in handlers)
            handler.AssertClean();
        log.AssertClean();
    }

    private static int Index(TlsHostLine line) => int.Parse(line.Path[(line.Path.IndexOf('-', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);

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

            types.Add($$"""
                { "s{{i}}": { "endpoint": "{{host}}", "port": {{port}}, "tls": true, "tls_trust_store": "{{store}}", "metadata": [{ "path": "" }], {{Of(protocol, i)}}{{more}} } }
                """);
        }

        return $$"""{ "certs": [{{string.Join(",", certs)}}], "trust_stores": [{{string.Join(",", stores)}}], "s": [{{string.Join(",", types)}}] }""";
    }

    private static string Of(string protocol, int i) => protocol == "raw" ? "\"protocol\": \"raw\"" : $$"""
        "protocol": "{{protocol}}", "http_url": "/${path}-{{i}}"
        """;
}
