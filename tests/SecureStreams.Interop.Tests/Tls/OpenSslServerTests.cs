using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>What <c>openssl s_server -www</c> says of our handshakes: its page tells whether a session was resumed and what certificate it was shown.</summary>
public class OpenSslServerTests
{
    [Theory]
    [InlineData("-tls1_2", "pem")]
    [InlineData("-tls1_3", "pem")]
    [InlineData("-tls1_3", "encrypted")]
    [InlineData("-tls1_3", "pfx")]
    [InlineData("-tls1_3", "index")]
    public async Task Server_that_verifies_takes_the_certificate_with_its_chain(string version, string form)
    {
        var intermediate = MatrixPki.Make(MatrixPki.Root, MatrixPki.Authority("CN=Client Authority"));
        var own = MatrixPki.Make(intermediate, new() { Subject = "CN=device 7", Dns = [], Purposes = [MatrixPki.ForClients] });
        using var blobs = new SsMemoryBlobStore();
        var more = Store(blobs, own, intermediate, form);

        // It is told of the root alone, so that the intermediate has to come from us.
        await using var server = await OpenSslWitness.StartAsync(MatrixPki.Good, [], ["-www", version], [MatrixPki.Root]);
        var pages = await RunAsync(server.Port, "localhost", blobs, [more]);
        Assert.Contains("device 7", Assert.Single(pages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_is_resumed_by_its_owner_and_by_nobody_else()
    {
        const string host = "resumed-openssl.test";
        var own = MatrixPki.Make(MatrixPki.Root, new() { Subject = "CN=device 8", Dns = [], Purposes = [MatrixPki.ForClients] });
        var certificate = MatrixPki.Make(MatrixPki.Root, new() { Dns = [host] });
        var pin = "sha256/" + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        using var blobs = new SsMemoryBlobStore();
        var identity = Store(blobs, own, null, "pem");
        var pinned = $$""", "tls_pins": ["{{pin}}"] """;
        await using var server = await OpenSslWitness.StartAsync(certificate, [], ["-www", "-verify", "1"], connections: 8);

        var pages = await RunAsync(server.Port, host, blobs, ["", "", pinned, pinned, identity, identity, "", pinned]);
        Assert.Equal(["New", "Reused", "New", "New", "New", "New", "Reused", "New"], pages.Select(static page => page.Contains("Reused, TLS", StringComparison.Ordinal) ? "Reused" : "New"));
    }

    [Fact]
    public async Task Server_that_gives_no_tickets_gets_whole_handshakes()
    {
        const string host = "ticketless-openssl.test";
        using var blobs = new SsMemoryBlobStore();
        await using var server = await OpenSslWitness.StartAsync(MatrixPki.Make(MatrixPki.Root, new() { Dns = [host] }), [], ["-www", "-num_tickets", "0", "-no_ticket"], connections: 2);
        var pages = await RunAsync(server.Port, host, blobs, ["", ""]);
        Assert.All(pages, static page => Assert.DoesNotContain("Reused, TLS", page, StringComparison.Ordinal));
    }

    private static string Store(SsMemoryBlobStore blobs, X509Certificate2 own, X509Certificate2? intermediate, string form)
    {
        using var key = own.GetECDsaPrivateKey()!;
        var chain = own.ExportCertificatePem() + "\n" + intermediate?.ExportCertificatePem() + "\n";
        switch (form)
        {
            case "pem":
                blobs.Write("own", Encoding.UTF8.GetBytes(chain + key.ExportPkcs8PrivateKeyPem()));
                return """, "tls_cert_blob": "own" """;
            case "encrypted":
                blobs.Write("own", Encoding.UTF8.GetBytes(chain));
                blobs.Write("key", key.ExportEncryptedPkcs8PrivateKey("pass word", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
                blobs.Write("word", "pass word\n"u8);
                return """, "tls_cert_blob": "own", "tls_key_blob": "key", "tls_key_passphrase_blob": "word" """;
            case "pfx":
                blobs.Write("own", new X509Certificate2Collection { own, intermediate! }.Export(X509ContentType.Pfx, "pass word")!);
                blobs.Write("word", "pass word"u8);
                return """, "tls_cert_blob": "own", "tls_key_passphrase_blob": "word" """;
            default:
                blobs.Write(SsBlobNames.ClientCertificate, Encoding.UTF8.GetBytes(chain));
                blobs.Write(SsBlobNames.ClientKey, key.ExportECPrivateKey());
                return """, "client_cert": 0 """;
        }
    }

    /// <summary>One connection for each streamtype, in turn; the pages that came.</summary>
    private static async Task<List<string>> RunAsync(int port, string host, SsMemoryBlobStore blobs, string[] types)
    {
        var pages = new List<string>();
        using var log = new TestLog();
        var distinct = types.Distinct().ToList();
        await using var context = SsContext.FromJson($$"""
            {
              "certs": [{ "root": "{{Convert.ToBase64String(MatrixPki.Root.RawData)}}" }], "trust_stores": [{ "name": "store", "stack": ["root"] }],
              "s": [{{string.Join(", ", distinct.Select((more, i) => $$"""
                { "x{{i}}": {
                "endpoint": "{{host}}", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "h1", "tls": true, "tls_trust_store": "store",
                "http_method": "GET", "http_url": "/"{{more}} } }
                """))}}]
            }
            """, new() { LoggerFactory = log, Blobs = blobs, Platform = new() { Names = new LoopbackNames() } });
        foreach (var more in types)
        {
            var handler = new RecordingHandler();
            await using (var stream = context.Create($"x{distinct.IndexOf(more)}", handler))
            {
                stream.Connect();
                await handler.WaitForAsync(static seen => seen.States.Contains(SsState.Disconnected) || seen.States.Contains(SsState.AllRetriesFailed));
            }

            handler.AssertClean();
            pages.Add(handler.ReceivedText);
        }

        log.AssertClean();
        return pages;
    }
}
