using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Which certificate of this side goes where, and what happens when it is replaced.</summary>
public sealed class IdentityChangeTests : IDisposable
{
    private static readonly X509Certificate2 First = Client("CN=first");
    private static readonly X509Certificate2 Second = Client("CN=second");

    private readonly TestLog _log = new();
    private readonly RecordingHandler _handler = new();

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task New_certificate_is_used_by_the_next_request_and_the_old_connection_by_none(string protocol)
    {
        await using var server = await TlsHost.StartAsync(MatrixPki.Good);
        using var blobs = new SsMemoryBlobStore();
        Store(blobs, First);
        await using var context = Open(protocol, server.Port, blobs);
        await using var stream = context.Create("x", _handler);

        for (var round = 1; round <= 4; round++)
        {
            if (round == 3)
                Store(blobs, Second);
            stream.Connect();
            await _handler.WaitForStateAsync(SsState.Disconnected, times: round);
        }

        var lines = server.Log;
        Assert.Equal([First.Thumbprint, First.Thumbprint, Second.Thumbprint, Second.Thumbprint], lines.Select(static line => line.Certificate));
        Assert.Equal(lines[0].Connection, lines[1].Connection);
        Assert.NotEqual(lines[1].Connection, lines[2].Connection);
        Assert.Equal(lines[2].Connection, lines[3].Connection);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task What_another_process_writes_is_seen_by_the_next_handshake_and_shared_with_nobody_of_before(string protocol)
    {
        var folder = Directory.CreateTempSubdirectory("ss-tls-");
        try
        {
            await using var server = await TlsHost.StartAsync(MatrixPki.Good);
            var own = new SsFileBlobStore(folder.FullName);
            var others = new SsFileBlobStore(folder.FullName);
            Store(own, First);
            await using var context = Open(protocol, server.Port, own, "/${path}");
            await using var stream = context.Create("x", _handler, new() { Metadata = new Dictionary<string, string> { ["path"] = "a" } });
            string[] paths = ["a", "close", "b", "c"];
            for (var round = 1; round <= paths.Length; round++)
            {
                if (round == 2)
                    Store(others, Second);
                stream.SetMetadata("path", paths[round - 1]);
                stream.Connect();
                await _handler.WaitForStateAsync(SsState.Disconnected, times: round);
            }

            // The connection of before goes on until it ends; the handshake after that takes what is in the file, and so do all that follow.
            Assert.Equal([First.Thumbprint, First.Thumbprint, Second.Thumbprint, Second.Thumbprint], server.Log.Select(static line => line.Certificate));
            Assert.Equal(server.Log[0].Connection, server.Log[1].Connection);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Redirect_to_another_origin_is_not_shown_the_certificate(string protocol)
    {
        var certificate = MatrixPki.Make(MatrixPki.Root, new() { Dns = ["localhost", "elsewhere.test"] });
        await using var server = await TlsHost.StartAsync(certificate);
        server.Elsewhere = $"https://elsewhere.test:{server.Port}/seen";
        using var blobs = new SsMemoryBlobStore();
        Store(blobs, First);
        await using var context = Open(protocol, server.Port, blobs, "/away", """, "allow_redirects": true""");
        await using var stream = context.Create("x", _handler);
        stream.Connect();
        await _handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal(["/away", "/seen"], server.Log.Select(static line => line.Path));
        Assert.Equal([First.Thumbprint, null], server.Log.Select(static line => line.Certificate));
        Assert.Contains(SsState.QosAckRemote, _handler.States);
    }

    [Fact]
    public async Task Redirect_of_an_upgrade_to_another_origin_is_not_shown_the_certificate()
    {
        var certificate = MatrixPki.Make(MatrixPki.Root, new() { Dns = ["localhost", "elsewhere.test"] });
        await using var server = await TlsHost.StartAsync(certificate);
        server.Elsewhere = $"wss://elsewhere.test:{server.Port}/seen";
        using var blobs = new SsMemoryBlobStore();
        Store(blobs, First);
        await using var context = Open("ws", server.Port, blobs, "/away", """, "allow_redirects": true""");
        await using var stream = context.Create("x", _handler);
        stream.Connect();
        await _handler.WaitForStateAsync(SsState.Connected);

        Assert.Equal(["/away", "/seen"], server.Log.Select(static line => line.Path));
        Assert.Equal([First.Thumbprint, null], server.Log.Select(static line => line.Certificate));
        Assert.Equal(["localhost", "elsewhere.test"], server.Log.Select(static line => line.Host));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("ws")]
    public async Task Lasting_connection_shows_what_the_blob_holds_when_it_is_made(string protocol)
    {
        await using var server = await TlsHost.StartAsync(MatrixPki.Good);
        using var blobs = new SsMemoryBlobStore();
        Store(blobs, First);
        await using var context = Open(protocol, server.Port, blobs);
        Visit.Arm(_handler, protocol, "/");
        await using var stream = context.Create("x", _handler);
        X509Certificate2[] certificates = [First, Second];
        for (var round = 0; round < 2; round++)
        {
            Store(blobs, certificates[round]);
            stream.Connect();
            await _handler.WaitForStateAsync(SsState.Disconnected, times: round + 1);
        }

        Assert.Equal([First.Thumbprint, Second.Thumbprint], server.Log.Select(static line => line.Certificate));
    }

    public void Dispose()
    {
        _handler.AssertClean();
        _log.AssertClean();
        _log.Dispose();
    }

    private static X509Certificate2 Client(string subject) => MatrixPki.Make(MatrixPki.Root, new() { Subject = subject, Dns = [], Purposes = [MatrixPki.ForClients] });

    private static void Store(ISsBlobStore blobs, X509Certificate2 certificate) =>
        blobs.Write("own", Encoding.UTF8.GetBytes(certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));

    private LocalContext Open(string protocol, int port, ISsBlobStore blobs, string url = "/", string more = "") => SsContext.FromJson($$"""
        {
          "certs": [{ "root": "{{Convert.ToBase64String(MatrixPki.Root.RawData)}}" }], "trust_stores": [{ "name": "store", "stack": ["root"] }],
          "s": [{ "x": {
            "endpoint": "localhost", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "{{protocol}}", "tls": true, "tls_trust_store": "store",
            "tls_cert_blob": "own", {{(protocol == "raw" ? "" : $"\"http_url\": \"{url}\",")}} "metadata": [{ "path": "" }]{{more}} } }]
        }
        """, new() { LoggerFactory = _log, Blobs = blobs, Platform = new() { Names = new LoopbackNames() } });
}
