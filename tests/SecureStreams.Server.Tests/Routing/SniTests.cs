using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Server.Tests.Tls;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Routing;

/// <summary>Certificates by the name that a client asks for, and who may come in by which.</summary>
public sealed class SniTests : IDisposable
{
    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly TestAuthority _clients = TestAuthority.Create("Clients");
    private readonly TestCertificate _a;
    private readonly TestCertificate _wild;
    private readonly TestCertificate _client;

    public SniTests()
    {
        _a = _authority.Issue("a.example", "www.a.example");
        _wild = _authority.Issue("*.b.example");
        _client = _clients.Issue("client-one");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var one in new IDisposable[] { _a, _wild, _client, _authority, _clients })
            one.Dispose();
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task The_name_in_the_handshake_chooses_the_certificate_and_an_unknown_one_gets_the_listeners(string protocol)
    {
        await using var bench = Bench(protocol);
        await using var web = bench.Listen("web");
        Assert.Equal("localhost", await ShownAsync(web, "a.example"));
        var a = bench.Listen("a");
        await using var b = bench.Listen("b");
        foreach (var (name, expected) in new[] { ("a.example", "a.example"), ("WWW.A.Example", "a.example"), ("x.b.example", "*.b.example"), ("b.example", "localhost"), ("elsewhere.example", "localhost"), ("127.0.0.1", "localhost") })
            Assert.Equal(expected, await ShownAsync(web, name));
        await a.DisposeAsync();
        Assert.Equal("localhost", await ShownAsync(web, "a.example"));
        Assert.Equal("*.b.example", await ShownAsync(web, "x.b.example"));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("h2")]
    public async Task One_name_gets_a_new_certificate_while_connections_and_the_other_names_keep_theirs(string protocol)
    {
        await using var bench = Bench(protocol);
        await using var web = bench.Listen("web");
        await using var a = bench.Listen("a");
        await using var b = bench.Listen("b");
        await using var live = await ConnectAsync(web, "a.example");
        using var next = _authority.Issue("a.example", "next.a.example");
        bench.Context.ApplyOverlay($$"""
            { "certs": [{ "next": "{{next.Base64Der}}" }, { "nextkey": "{{ServerBench.KeyOf(next)}}" }], "s": [{ "a": { "server_cert": "next", "server_key": "nextkey" } }] }
            """);
        await using (var seen = await ConnectAsync(web, "a.example"))
            Assert.Contains("next.a.example", NamesOf(seen), StringComparison.Ordinal);
        Assert.DoesNotContain("next", NamesOf(live), StringComparison.Ordinal);
        Assert.Equal("*.b.example", await ShownAsync(web, "y.b.example"));
        Assert.Equal("localhost", await ShownAsync(web, "other"));
    }

    [Fact]
    public async Task Raw_connections_go_to_the_streamtype_of_their_name_and_one_that_nobody_has_is_refused_with_a_reason()
    {
        await using var bench = new ServerBench($$"""
            "web": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", {{ServerBench.Tls}}, "server_names": ["localhost"] },
            "a": { "server": true, "protocol": "raw", "endpoint": "!web", "server_names": ["a.example"] }
            """);
        await using var web = bench.Listen("web");
        await using var a = bench.Listen("a");
        await using (var one = await ConnectAsync(web, "a.example"))
        {
            await one.WriteAsync("to a"u8.ToArray(), Token);
            var handler = await bench.AcceptedAsync();
            await handler.WaitForAsync(static one => one.ReceivedLength == 4);
            Assert.Equal("a", bench.Streams.Single().StreamType);
            Assert.Equal("Creating Connecting Connected", handler.Story);
            await using var two = await ConnectAsync(web, "localhost");
            await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.Connected);
            Assert.Equal("web", bench.Streams.Last().StreamType);
            await a.DisposeAsync();
            Assert.Equal(0, await one.ReadAsync(new byte[1], Token).AsTask().OrFail(static () => "It is not ended."));
        }

        await using (var three = await ConnectAsync(web, "other.example"))
        {
            Assert.Equal(0, await three.ReadAsync(new byte[1], Token).AsTask().OrFail(static () => "It is not ended."));
            await Poll.UntilAsync(() => bench.Context.Diagnostics.Recent().Any(static one => one.Message.Contains("host 'other.example', and no streamtype on this listener has it", StringComparison.Ordinal)), static () => "The reason is not told.");
        }

        await Poll.UntilAsync(() => ((ServerListener)web).Connections == 0, () => $"{((ServerListener)web).Connections} connections");
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_host_that_requires_certificates_is_not_reached_over_anothers_handshake(string protocol)
    {
        await using var bench = new ServerBench($$"""
            "web": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", {{ServerBench.Tls}} },
            "a": { "server": true, "protocol": "h1", "endpoint": "!web", "server_names": ["a.example"], "tls_client_auth": "require", "tls_client_trust_store": "clients" },
            "path": { "server": true, "protocol": "h1", "endpoint": "!web", "http_url": "below" }
            """, more: $"{{ \"clientca\": \"{_clients.Base64Der}\" }}", stores: "{ \"clients\": [\"clientca\"] }");
        await using var web = Answer(bench, "web", 201);
        await using var a = Answer(bench, "a", 202);
        await using var path = Answer(bench, "path", 203);

        // Without a certificate there is no connection by its name, and none of its requests over another.
        Assert.Equal(201, await AskAsync(web, protocol, "localhost", "localhost", "/", null));
        Assert.Equal(421, await AskAsync(web, protocol, "localhost", "a.example", "/", null));
        Assert.Equal(421, await AskAsync(web, protocol, "localhost", "A.EXAMPLE:443", "/below", null));
        Assert.Equal(421, await AskAsync(web, protocol, "localhost", "a.example.", "/", _client.Certificate));
        Assert.Equal(203, await AskAsync(web, protocol, "localhost", "localhost", "/below", null));
        Assert.Equal(202, await AskAsync(web, protocol, "a.example", "a.example", "/", _client.Certificate));
        Assert.Equal(201, await AskAsync(web, protocol, "a.example", "localhost", "/", _client.Certificate));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync(web, protocol, "a.example", "a.example", "/", null));
        await Poll.UntilAsync(() => bench.Context.Diagnostics.Recent().Any(static one => one.Message.Contains("tls_client_auth requires one", StringComparison.Ordinal)), static () => "The refusal is not told.");
    }

    [Fact]
    public async Task Plain_connections_do_not_pass_by_what_tls_requires()
    {
        var streamType = (string name, string protocol) => $$"""
            "{{name}}": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", {{ServerBench.Tls}}, "sniff_protocol": true, "tls_client_auth": "require", "tls_client_trust_store": "clients" }
            """;
        await using var bench = new ServerBench($"{streamType("web", "h1")}, {streamType("lines", "raw")}", more: $"{{ \"clientca\": \"{_clients.Base64Der}\" }}", stores: "{ \"clients\": [\"clientca\"] }");
        await using var web = Answer(bench, "web", 201);
        using var client = new HttpClient();
        using (var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/"), Token))
            Assert.Equal(421, (int)answer.StatusCode);
        Assert.Empty(bench.Accepted);
        await using var lines = bench.Listen("lines");
        using var socket = await ServerBench.ConnectAsync(lines);
        await socket.SendAsync("hello"u8.ToArray());
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(("Creating Connecting Destroying", SsCauseCode.CertificateInvalid), (handler.Story, handler.CauseOf(SsState.Destroying).Code));
    }

    [Fact]
    public async Task Openssl_sees_the_certificate_of_the_name_it_asks_for()
    {
        await using var bench = Bench("raw");
        await using var web = bench.Echo("web");
        await using var a = bench.Echo("a");
        foreach (var (name, expected) in new[] { ("a.example", "a.example"), ("none.example", "localhost") })
        {
            var (echo, said) = await OpenSslClient.TalkAsync(ServerBench.PortOf(web), "-servername", name);
            Assert.Equal("hello from openssl", echo);
            Assert.Matches($"depth=0 .*CN ?= ?{expected.Replace(".", "[.]", StringComparison.Ordinal)}", said);
        }
    }

    private ServerBench Bench(string protocol) => new($$"""
        "web": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", {{ServerBench.Tls}} },
        "a": { "server": true, "protocol": "{{protocol}}", "endpoint": "!web", "server_names": ["a.example", "www.a.example"], "server_cert": "a", "server_key": "akey" },
        "b": { "server": true, "protocol": "{{protocol}}", "endpoint": "!web", "server_names": ["*.b.example"], "server_cert": "b", "server_key": "bkey" }
        """, more: $"{{ \"a\": \"{_a.Base64Der}\" }}, {{ \"akey\": \"{ServerBench.KeyOf(_a)}\" }}, {{ \"b\": \"{_wild.Base64Der}\" }}, {{ \"bkey\": \"{ServerBench.KeyOf(_wild)}\" }}");

    private static SsListener Answer(ServerBench bench, string streamType, int status) => bench.Listen(streamType, handler => handler.OnStateDo(SsState.ServerTxn, stream =>
    {
        stream.ServerAck(status);
        stream.RequestTransmit(0);
    }));

    private static async Task<int> AskAsync(SsListener listener, string protocol, string handshake, string host, string path, X509Certificate2? certificate)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var stream = new SslStream(new NetworkStream(await ServerBench.ConnectAsync(listener), ownsSocket: true));
                await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
                {
                    TargetHost = handshake,
                    ApplicationProtocols = [protocol == "h2" ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
                    ClientCertificates = certificate is null ? null : [certificate],
                    RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable), // What it shows is looked at here.
                }, token);
                return stream;
            },
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost{path}")
        {
            Version = protocol == "h2" ? HttpVersion.Version20 : HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request, Token).OrFail(static () => "It is not answered.");
        return (int)answer.StatusCode;
    }

    private static async Task<string> ShownAsync(SsListener listener, string name)
    {
        await using var stream = await ConnectAsync(listener, name);
        return NamesOf(stream).Split(' ')[0];
    }

    private static async Task<SslStream> ConnectAsync(SsListener listener, string name)
    {
        var stream = new SslStream(new NetworkStream(await ServerBench.ConnectAsync(listener), ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            EnabledSslProtocols = SslProtocols.None,
            RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable), // What it shows is looked at here.
        }, Token);
        return stream;
    }

    private static string NamesOf(SslStream stream) =>
        string.Join(' ', ((X509Certificate2)stream.RemoteCertificate!).Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static one => one.EnumerateDnsNames()));
}
