using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using SecureStreams.Network;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Proxies;

/// <summary>h1 and h2 over TLS through real proxies, which look the names up: the resolver of this side knows none.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("socks", false, "h1")]
    [InlineData("socks", false, "h2")]
    [InlineData("socks", true, "h1")]
    [InlineData("socks", true, "h2")]
    [InlineData("http", false, "h1")]
    [InlineData("http", false, "h2")]
    [InlineData("http", true, "h1")]
    [InlineData("http", true, "h2")]
    public async Task A_body_comes_whole_through_it(string kind, bool authenticates, string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(kind, authenticates);
        await using var context = Open(host, protocol, Via(kind, proxy.Port, authenticates ? $"{ProxyProcess.User}:{ProxyProcess.Password}@" : ""), method: "POST", url: "/echo");
        using var handler = new BodyHandler(DeterministicBytes.Open(300_000, seed: 4));
        await using var stream = context.Create("x", handler);

        stream.RequestTransmit(handler.BodyLength);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Poll Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal(DeterministicBytes.Sha256(300_000, 4), handler.BodyReceivedSha256);
        var connection = stream.Explain().Connection!;
        Assert.Equal($"{(kind == "socks" ? "SOCKS5" : "HTTP")} proxy 127.0.0.1:{proxy.Port}", connection.Proxy);
        Assert.Equal(($"localhost:{Port(host, protocol)}", $"127.0.0.1:{proxy.Port}"), (connection.Endpoint, connection.Address));
        Assert.True(connection.ProxyTime > TimeSpan.Zero && connection.TlsTime > TimeSpan.Zero && connection.NamesTime == TimeSpan.Zero, connection.ToString());
        Assert.DoesNotContain(ProxyProcess.Password, stream.Explain().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks", false, "raw", false)]
    [InlineData("socks", true, "raw", true)]
    [InlineData("socks", false, "ws", false)]
    [InlineData("socks", true, "ws", true)]
    [InlineData("http", true, "raw", false)]
    [InlineData("http", false, "raw", true)]
    [InlineData("http", true, "ws", false)]
    [InlineData("http", false, "ws", true)]
    public async Task Lasting_connection_stands_through_it(string kind, bool authenticates, string protocol, bool tls)
    {
        const int Length = 300_000;
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(kind, authenticates);
        var port = (protocol, tls) switch { ("raw", false) => host.RawPort, ("raw", true) => host.RawTlsPort, (_, false) => host.HttpPort, _ => host.HttpsPort };
        await using var context = Open(host, protocol, Via(kind, proxy.Port, authenticates ? $"{ProxyProcess.User}:{ProxyProcess.Password}@" : "") + ", \"perf\": true, \"opportunistic\": true" + (protocol == "ws" ? ", \"ws_binary\": true" : ""), port, url: "ws/echo", tls: tls);
        using var handler = new BodyHandler(DeterministicBytes.Open(Length, seed: 4));
        var reports = new List<JsonElement>();
        var received = new List<byte>();
        handler.OnReceiveDo((_, payload, flags) =>
        {
            if ((flags & SsRxFlags.PerfJson) != 0)
                reports.Add(JsonDocument.Parse(payload.ToArray()).RootElement);
            else
                received.AddRange(payload);
            return SsResult.Continue;
        });
        await using var stream = context.Create("x", handler);

        stream.RequestTransmit(handler.BodyLength);
        await handler.WaitForAsync(_ => received.Count >= Length);
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Poll Connecting Connected Disconnected", handler.Story);
        Assert.Equal(DeterministicBytes.Sha256(Length, 4), Convert.ToHexStringLower(SHA256.HashData(received.ToArray())));
        var connection = stream.Explain().Connection!;
        Assert.Equal($"{(kind == "socks" ? "SOCKS5" : "HTTP")} proxy 127.0.0.1:{proxy.Port}", connection.Proxy);
        Assert.Equal(($"localhost:{port}", $"127.0.0.1:{proxy.Port}"), (connection.Endpoint, connection.Address));
        Assert.True(connection.ProxyTime > TimeSpan.Zero && connection.TlsTime > TimeSpan.Zero == tls && connection.NamesTime == TimeSpan.Zero, connection.ToString());

        // Told once, before Connected, and the same.
        var report = Assert.Single(reports);
        Assert.True(handler.Events.TakeWhile(static one => one.Kind != RecordedKind.State || one.State != SsState.Connected).Any(static one => one.Flags.HasFlag(SsRxFlags.PerfJson)), handler.Describe());
        Assert.Equal(("127.0.0.1", (long)connection.ProxyTime.TotalMicroseconds), (report.GetProperty("peer").GetString(), report.GetProperty("proxy_us").GetInt64()));
        handler.AssertClean();
    }

    [Theory]
    [InlineData("socks", "h1")]
    [InlineData("socks", "h2")]
    [InlineData("socks", "raw")]
    [InlineData("socks", "ws")]
    [InlineData("http", "h2")]
    [InlineData("http", "raw")]
    public async Task The_documents_proxy_is_that_of_streamtypes_that_name_none(string kind, string protocol)
    {
        const int Length = 100_000;
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(kind);
        var lasting = protocol is "raw" or "ws";
        var port = protocol switch { "raw" => host.RawTlsPort, "ws" => host.HttpsPort, _ => Port(host, protocol) };
        await using var context = Open(host, protocol, ", \"opportunistic\": true" + (protocol == "ws" ? ", \"ws_binary\": true" : ""), port, method: "POST", url: lasting ? "ws/echo" : "/echo", document: Via(kind, proxy.Port)[2..] + ",");
        using var handler = new BodyHandler(DeterministicBytes.Open(Length, seed: 9));
        if (lasting)
        {
            handler.OnReceiveDo((stream, _, _) =>
            {
                if (handler.BodyReceived == Length)
                    stream.Disconnect();
                return SsResult.Continue;
            });
        }

        await using var stream = context.Create("x", handler);
        stream.RequestTransmit(handler.BodyLength);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal((Length, DeterministicBytes.Sha256(Length, 9)), (handler.BodyReceived, handler.BodyReceivedSha256));
        var connection = stream.Explain().Connection!;
        Assert.Equal(
            ($"{(kind == "socks" ? "SOCKS5" : "HTTP")} proxy 127.0.0.1:{proxy.Port}", $"localhost:{port}", $"127.0.0.1:{proxy.Port}"), (connection.Proxy, connection.Endpoint, connection.Address));
        Assert.True(connection.ProxyTime > TimeSpan.Zero, connection.ToString());
        handler.AssertClean();
    }

    [Fact]
    public async Task A_streamtype_names_another_proxy_than_its_document_or_none()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync("socks");
        using var dead = new DeadPort();
        var document = Via("socks", dead.Number)[2..] + ",";

        // What the document says is not asked, and its dead port shows it where it is.
        foreach (var (own, expected) in ((string, string?)[])[(Via("socks", proxy.Port), $"SOCKS5 proxy 127.0.0.1:{proxy.Port}"), (", \"via-socks5\": \"\"", null)])
        {
            await using var context = Open(host, "h1", own, document: document, endpoint: "127.0.0.1");
            var handler = new RecordingHandler();
            await using var stream = context.Create("x", handler);
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected);
            Assert.Equal(expected, stream.Explain().Connection!.Proxy);
            handler.AssertClean();
        }

        await using var none = Open(host, "h1", "", document: document, endpoint: "127.0.0.1");
        var detail = await FailAsync(none);
        Assert.Equal((SsPhase.Proxy, SsCauseCode.ConnectionRefused, "via-socks5"), (detail.Cause.Phase, detail.Cause.Code, detail.Policy!.Attribute));
        Assert.Contains($"nobody listens at the SOCKS5 proxy 127.0.0.1:{dead.Number} on the way to 127.0.0.1:{host.HttpsPort}", detail.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks", "raw", "via-socks5")]
    [InlineData("http", "ws", "via_http_proxy")]
    public async Task Lasting_connection_is_told_what_the_proxy_holds_against_it(string kind, string protocol, string attribute)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(kind, authenticates: true);
        await using var context = Open(host, protocol, Via(kind, proxy.Port, "ann:wrong@"), host.HttpsPort);
        var detail = await FailAsync(context);

        Assert.Equal((SsPhase.Proxy, SsCauseCode.ProxyAuthenticationFailed), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Equal($"x.{attribute}", detail.Policy!.Attribute);
        Assert.DoesNotContain("wrong", detail.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks", "", "wants a user name and password")]
    [InlineData("socks", "ann:wrong@", "does not take the user name and password")]
    [InlineData("http", "", "wants a user name and password, status 407")]
    [InlineData("http", "ann:wrong@", "does not take the user name and password of via_http_proxy, status 401")] // So says tinyproxy.
    public async Task Credentials_that_are_missing_or_wrong_are_named(string kind, string credentials, string words)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(kind, authenticates: true);
        await using var context = Open(host, "h1", Via(kind, proxy.Port, credentials));
        var detail = await FailAsync(context);

        Assert.Equal((SsPhase.Proxy, SsCauseCode.ProxyAuthenticationFailed), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Contains(words, detail.Message, StringComparison.Ordinal);
        Assert.Equal($"x.{(kind == "socks" ? "via-socks5" : "via_http_proxy")}", detail.Policy!.Attribute);
        Assert.DoesNotContain("wrong", detail.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks", SsCauseCode.ConnectionRefused)]
    [InlineData("http", SsCauseCode.ProxyRefused)]
    public async Task A_peer_that_the_proxy_does_not_reach_is_its_answer(string kind, SsCauseCode code)
    {
        using var dead = new DeadPort();
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(kind);
        await using var context = Open(host, "h1", Via(kind, proxy.Port), port: dead.Number);
        var detail = await FailAsync(context);

        Assert.Equal((SsPhase.Proxy, code), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Contains($"refused to connect to localhost:{dead.Number}", detail.Message, StringComparison.Ordinal);
        Assert.NotNull(detail.PeerText);
    }

    [Fact]
    public async Task A_proxy_that_does_not_allow_the_port_is_its_answer()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync("http", onlyPort: 443);
        await using var context = Open(host, "h1", Via("http", proxy.Port));
        var detail = await FailAsync(context);
        Assert.Equal((SsPhase.Proxy, SsCauseCode.ProxyRefused, 403), (detail.Cause.Phase, detail.Cause.Code, detail.Cause.Status));
        Assert.StartsWith("403 ", detail.PeerText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks", "h1")]
    [InlineData("http", "h2")]
    public async Task A_dead_proxy_is_told_from_a_dead_peer(string kind, string protocol)
    {
        using var dead = new DeadPort();
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Open(host, protocol, Via(kind, dead.Number));
        var detail = await FailAsync(context);
        Assert.Equal((SsPhase.Proxy, SsCauseCode.ConnectionRefused), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Contains("nobody listens at the", detail.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks")]
    [InlineData("http")]
    public async Task A_proxy_that_says_nothing_is_given_up_with_the_attempt(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await using var context = Open(host, "h1", Via(kind, ((IPEndPoint)listener.LocalEndPoint!).Port) + ", \"connect_timeout_ms\": 300");
        var detail = await FailAsync(context);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Contains("still waiting for the proxy", detail.Message, StringComparison.Ordinal);
    }

    private static async Task<SsDetail> FailAsync(LocalContext context)
    {
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        handler.AssertClean();
        return context.Diagnostics.Find(handler.CauseOf(SsState.AllRetriesFailed).DetailId)!;
    }

    private static int Port(KestrelTestHost host, string protocol) => protocol == "h2" ? host.H2Port : host.HttpsPort;

    private static string Via(string kind, int port, string credentials = "") =>
        $", \"{(kind == "socks" ? "via-socks5" : "via_http_proxy")}\": \"{credentials}127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}\"";

    private static LocalContext Open(KestrelTestHost host, string protocol, string more, int? port = null, string method = "GET", string url = "/", bool tls = true, string document = "", string endpoint = "localhost") => SsContext.FromJson(
        $$"""
        {
          {{document}}
          "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
          "trust_stores": [{ "name": "test", "stack": ["root"] }],
          "s": [{ "x": { "endpoint": "{{endpoint}}", "port": {{port ?? Port(host, protocol)}}, "protocol": "{{protocol}}"{{(protocol is "h1" or "h2" ? $", \"http_method\": \"{method}\"" : "")}}{{(protocol == "raw" ? "" : $", \"http_url\": \"{url}\"")}}
            {{(tls ? ", \"tls\": true, \"tls_trust_store\": \"test\"" : "")}}{{more}} } }]
        }
        """,
        new() { Platform = SsPlatform.System with { Names = new NoNames() } });

    private sealed class NoNames : SsNameResolver
    {
        public override ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"'{host}' was looked up on this side.");
    }
}
