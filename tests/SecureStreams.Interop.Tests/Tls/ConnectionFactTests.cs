using System.Globalization;
using System.Net.Sockets;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>What metadata can say of a connection (<c>metadata_from_connection</c>), compared with what the peer knows of it.</summary>
public class ConnectionFactTests
{
    private static readonly string[] Facts =
        ["peer_ip", "peer_port", "local_ip", "local_port", "tls_version", "tls_cipher", "alpn", "peer_cert_spki_sha256", "peer_cert_subject", "peer_uid", "peer_gid", "peer_pid"];

    [Theory]
    [InlineData("h1", "http/1.1")]
    [InlineData("h2", "h2")]
    [InlineData("ws", "http/1.1")]
    [InlineData("raw", null)]
    public async Task Over_tls(string protocol, string? alpn)
    {
        await using var server = await TlsHost.StartAsync(MatrixPki.Good);
        var (values, _) = await RunAsync("localhost", server.Port, protocol, tls: true);

        Assert.Equal("127.0.0.1", values["peer_ip"]);
        Assert.Equal(server.Port.ToString(CultureInfo.InvariantCulture), values["peer_port"]);
        Assert.Equal("127.0.0.1", values["local_ip"]);
        Assert.Equal(Assert.Single(server.Log).RemotePort.ToString(CultureInfo.InvariantCulture), values["local_port"]);
        Assert.Equal("1.3", values["tls_version"]);
        Assert.StartsWith("TLS_", values["tls_cipher"], StringComparison.Ordinal);
        Assert.Equal(alpn, values["alpn"]);
        Assert.Equal("sha256/" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(MatrixPki.Good.PublicKey.ExportSubjectPublicKeyInfo())), values["peer_cert_spki_sha256"]);
        Assert.Equal("CN=leaf", values["peer_cert_subject"]);
        Assert.Null(values["peer_uid"]);
        Assert.Null(values["peer_pid"]);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("ws")]
    [InlineData("raw")]
    public async Task Over_a_unix_socket_in_the_clear(string protocol)
    {
        var folder = Directory.CreateTempSubdirectory("ss-facts-");
        var path = Path.Combine(folder.FullName, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var serving = AnswerAsync(listener);
        var (values, handler) = await RunAsync("+" + path, 0, protocol, tls: false);
        await serving;
        folder.Delete(recursive: true);

        Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), values["peer_pid"]);
        Assert.Equal(File.ReadAllLines("/proc/self/status").Single(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2], values["peer_uid"]);
        Assert.Equal(File.ReadAllLines("/proc/self/status").Single(static line => line.StartsWith("Gid:", StringComparison.Ordinal)).Split('\t')[2], values["peer_gid"]);
        Assert.Null(values["peer_ip"]);
        Assert.Null(values["tls_version"]);

        // A header of the same name that the peer sends is no fact, and one of another name is still taken.
        Assert.Equal(protocol == "raw" ? null : "yes", values["said"]);
        Assert.Equal(protocol == "h1", handler.States.Contains(SsState.QosAckRemote));
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("raw")]
    public async Task They_are_those_of_the_connection_that_stands(string protocol)
    {
        await using var server = await TlsHost.StartAsync(MatrixPki.Make(MatrixPki.Root, new() { Dns = ["localhost", "elsewhere.test"] }));
        server.Elsewhere = $"wss://elsewhere.test:{server.Port}/seen";
        using var log = new TestLog();
        await using var context = SsContext.FromJson(
            Policy("localhost", server.Port, protocol, tls: true, """, "allow_redirects": true """).Replace("\"/\"", "\"/away\"", StringComparison.Ordinal),
            new() { LoggerFactory = log, Platform = new() { Names = new LoopbackNames() } });
        var ports = new List<string?>();
        var handler = new RecordingHandler();
        Visit.Arm(handler, protocol, "/seen");
        handler.OnStateDo(SsState.Disconnected, stream => ports.Add(stream.GetMetadata("local_port")));
        await using var stream = context.Create("x", handler);
        for (var round = 1; round <= 2; round++)
        {
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected, times: round);
        }

        Assert.Equal(server.Log.Where(static line => line.Path == "/seen").Select(static line => line.RemotePort.ToString(CultureInfo.InvariantCulture)), ports);
        Assert.Equal(2, ports.Distinct().Count());
        handler.AssertClean();
        log.AssertClean();
    }

    [Fact]
    public async Task Application_cannot_set_them()
    {
        await using var context = SsContext.FromJson(Policy("localhost", 9, "h1", tls: false));
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        var error = Assert.Throws<SsMetadataException>(() => stream.SetMetadata("peer_ip", "192.0.2.1"));
        Assert.Contains("metadata_from_connection", error.Message, StringComparison.Ordinal);
        stream.SetMetadata("said", "no");
        Assert.Throws<SsMetadataException>(() => context.Create("x", handler, new() { Metadata = new Dictionary<string, string> { ["alpn"] = "h2" } }));
    }

    private static async Task AnswerAsync(Socket listener)
    {
        using var socket = await listener.AcceptAsync();
        var buffer = new byte[4096];
        Assert.Null(HttpHead.Parse(buffer.AsSpan(0, await socket.ReceiveAsync(buffer)), out var request));
        var upgrade = request!.Find("Upgrade") is null ? null : WebSocketRequestFacts.Of(request);
        HttpField[] said = [new("X-Uid", "12345"), new("X-Said", "yes")];
        await socket.SendAsync(upgrade is null
            ? "HTTP/1.1 200 OK\r\nX-Uid: 12345\r\nX-Said: yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray()
            : WebSocketServerHandshake.WriteResponse([.. WebSocketServerHandshake.Accept(upgrade, null, null), .. said]));
        socket.Shutdown(SocketShutdown.Send);
        if (upgrade is not null)
            await socket.ReceiveAsync(buffer); // The close frame.
        await socket.ReceiveAsync(new byte[1]);
    }

    private static async Task<(Dictionary<string, string?> Values, RecordingHandler Handler)> RunAsync(string endpoint, int port, string protocol, bool tls)
    {
        using var log = new TestLog();
        await using var context = SsContext.FromJson(Policy(endpoint, port, protocol, tls), new() { LoggerFactory = log, Platform = new() { Names = new LoopbackNames() } });
        var values = new Dictionary<string, string?>();
        var handler = new RecordingHandler();
        Visit.Arm(handler, protocol, "/");
        handler.OnStateDo(SsState.Connected, stream =>
        {
            foreach (var name in (string[])[.. Facts, "said"])
                values[name] = stream.GetMetadata(name);
            if (protocol == "raw")
                stream.RequestTransmit();
            else if (protocol == "ws")
                stream.Disconnect();
        });
        await using (var stream = context.Create("x", handler))
        {
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected);
        }

        handler.AssertClean();
        log.AssertClean();
        return (values, handler);
    }

    private static string Policy(string endpoint, int port, string protocol, bool tls, string more = "") => $$"""
        {
          "certs": [{ "root": "{{Convert.ToBase64String(MatrixPki.Root.RawData)}}" }], "trust_stores": [{ "name": "store", "stack": ["root"] }],
          "s": [{ "x": {
            "endpoint": "{{endpoint}}", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "{{protocol}}"{{more}},
            {{(protocol == "raw" ? "" : "\"http_url\": \"/\",")}} {{(tls ? "\"tls\": true, \"tls_trust_store\": \"store\"," : "")}}
            "metadata": [{{string.Join(", ", Facts.Select(static one => $"{{ \"{one}\": \"{(one == "peer_uid" ? "x-uid:" : "")}\" }}"))}}, { "said": "x-said:" }],
            "metadata_from_connection": [{{string.Join(", ", Facts.Select(static one => $"{{ \"{one}\": \"{one}\" }}"))}}] } }]
        }
        """;
}
