using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SecureStreams.Server.Tests.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Mapping;

/// <summary><c>app.MapSecureStream</c>: server streamtypes at paths of a web application.</summary>
public sealed class MappedStreamTests
{
    private const string Echo = """
        "echo": { "server": true, "protocol": "h2", "metadata": [{ "method": "" }, { "path": "" }, { "query": "" }, { "arg": "" }, { "agent": "user-agent:" }, { "mime": "content-type:" }] }
        """;

    private const string Chat = "\"chat\": { \"server\": true, \"protocol\": \"ws\", \"ws_subprotocol\": \"talk\" }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, "1.1")]
    [InlineData(true, "1.1")]
    [InlineData(true, "2.0")]
    public async Task Requests_are_streams_over_every_version(bool tls, string version)
    {
        await using var bench = new MappedBench(Echo);
        bench.App.MapSecureStream("/echo/{arg?}", "echo", static _ => new HttpEchoHandler());
        bench.App.MapGet("/other", static () => "another's");
        await bench.App.StartAsync(Token);
        using var client = bench.Client();
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.BaseAddress = tls ? bench.Secured : bench.Plain;

        // The value of the route counts, not what the query says for its name.
        using var got = await client.GetAsync(new Uri("/echo/a%20b?arg=evil&path=evil", UriKind.Relative), Token);
        Assert.Equal("GET /echo/a b?arg=evil&path=evil arg=a b agent=\n", await got.Content.ReadAsStringAsync(Token));
        Assert.Equal("text/plain", got.Content.Headers.ContentType?.ToString());
        using var sent = await client.PostAsync(new Uri("/echo", UriKind.Relative), new StringContent("the body"), Token);
        Assert.Equal("the body", await sent.Content.ReadAsStringAsync(Token));
        using var empty = await client.PostAsync(new Uri("/echo", UriKind.Relative), null, Token);
        Assert.Equal((HttpStatusCode.OK, ""), (empty.StatusCode, await empty.Content.ReadAsStringAsync(Token)));
        Assert.Equal("another's", await client.GetStringAsync(new Uri("/other", UriKind.Relative), Token));
    }

    [Fact]
    public async Task Curl_sends_and_receives_much()
    {
        await using var bench = new MappedBench(Echo);
        bench.App.MapSecureStream("/echo", "echo", static _ => new HttpEchoHandler());
        await bench.App.StartAsync(Token);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, DeterministicBytes.Make(3_000_000), Token);
            var (exit, output, said) = await Curl.RunAsync("-T", file, "-X", "POST", new Uri(bench.Plain, "echo").ToString());
            Assert.Equal((0, ""), (exit, said));
            Assert.Equal(DeterministicBytes.Make(3_000_000), Encoding.Latin1.GetBytes(output));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Upgrades_become_connections_and_nothing_else_does()
    {
        await using var bench = new MappedBench(Chat);
        bench.Map("/chat", "chat", static handler => handler.OnReceiveDo(static (stream, _, _) =>
        {
            stream.RequestTransmit();
            return SsResult.Continue;
        }).OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            "heard"u8.CopyTo(tx.Buffer);
            tx.Commit(5, SsTxFlags.WholeMessage | SsTxFlags.Text);
            return SsTransmitResult.Send;
        }));
        await bench.App.StartAsync(Token);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("talk");
        await client.ConnectAsync(new UriBuilder(bench.Plain) { Scheme = "ws", Path = "/chat" }.Uri, Token);
        Assert.Equal("talk", client.SubProtocol);
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        var buffer = new byte[100];
        var received = await client.ReceiveAsync(new ArraySegment<byte>(buffer), Token);
        Assert.Equal("heard", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Connected ServerTxn ServerUpgrade Disconnected Destroying", handler.Story);

        using var http = bench.Client();
        using var refused = await http.GetAsync(new Uri(bench.Plain, "/chat"), Token);
        Assert.Equal(HttpStatusCode.UpgradeRequired, refused.StatusCode);
    }

    [Fact]
    public async Task A_handler_is_chosen_by_the_request_and_conventions_hold()
    {
        await using var bench = new MappedBench(Echo);
        bench.App.MapSecureStream("/who/{arg}", "echo", static (http, _) => http.Request.RouteValues["arg"] is "nobody" ? null : new HttpEchoHandler());
        bench.App.MapSecureStream("/host", "echo", static _ => new HttpEchoHandler()).RequireHost("elsewhere.example");
        await bench.App.StartAsync(Token);
        using var client = bench.Client();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(bench.Plain, "/who/nobody"), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(bench.Plain, "/who/me"), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(bench.Plain, "/host"), Token)).StatusCode);
    }

    [Fact]
    public async Task What_is_known_of_the_connection_is_told()
    {
        await using var bench = new MappedBench("""
            "srv": { "server": true, "protocol": "h1", "metadata": [{ "peer": "" }, { "port": "" }, { "tls": "" }, { "cipher": "" }, { "alpn": "" }, { "x": "x-seen:" }],
              "metadata_from_connection": [{ "peer": "peer_ip" }, { "port": "local_port" }, { "tls": "tls_version" }, { "cipher": "tls_cipher" }, { "alpn": "alpn" }] }
            """);
        bench.Map("/", "srv", static handler => handler.OnStateDo(SsState.ServerTxn, static stream =>
        {
            stream.ServerAck();
            stream.SetMetadata("x", string.Join(' ', new[] { "peer", "port", "tls", "cipher", "alpn" }.Select(name => stream.GetMetadata(name) ?? "-")));
            stream.RequestTransmit(0);
        }));
        await bench.App.StartAsync(Token);
        using var client = bench.Client();
        using var plain = await client.GetAsync(new Uri(bench.Plain, "/?peer=evil"), Token);
        Assert.Equal($"127.0.0.1 {bench.Plain.Port} - - -", Assert.Single(plain.Headers.GetValues("x-seen")));
        using var request = new HttpRequestMessage(HttpMethod.Get, bench.Secured) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var secured = await client.SendAsync(request, Token);
        Assert.Matches($"^127\\.0\\.0\\.1 {bench.Secured.Port} 1\\.3 TLS_[A-Z0-9_]+ h2$", Assert.Single(secured.Headers.GetValues("x-seen")));
    }

    [Theory]
    [InlineData("", 413)]
    [InlineData(", \"max_body_bytes\": 100", 413)]
    [InlineData(", \"max_body_bytes\": 5000", 200)]
    public async Task A_limit_of_the_policy_counts_and_without_one_the_applications(string stated, int status)
    {
        await using var bench = new MappedBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h1\"{stated} }}", static limits => limits.MaxRequestBodySize = 1000);
        bench.Map("/", "srv", static handler => handler.OnReceiveDo(static (stream, _, flags) =>
        {
            if (flags.HasFlag(SsRxFlags.EndOfMessage))
            {
                stream.ServerAck();
                stream.RequestTransmit(0);
            }

            return SsResult.Continue;
        }));
        await bench.App.StartAsync(Token);
        using var client = bench.Client();
        using var answer = await client.PostAsync(bench.Plain, new ByteArrayContent(new byte[2000]), Token);
        Assert.Equal(status, (int)answer.StatusCode);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(status == 413 ? SsCauseCode.PayloadTooLarge : SsCauseCode.Completed, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Fact]
    public async Task A_stream_is_told_when_the_host_stops_and_the_host_waits_for_it()
    {
        await using var bench = new MappedBench(Chat + ", " + Echo);
        var mapped = bench.Map("/chat", "chat", static handler => handler.OnStateDo(SsState.EventWaitCancelled, static stream => stream.Disconnect()));
        bench.App.MapSecureStream("/echo", "echo", static _ => new HttpEchoHandler());
        await bench.App.StartAsync(Token);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("talk");
        await client.ConnectAsync(new UriBuilder(bench.Plain) { Scheme = "ws", Path = "/chat" }.Uri, Token);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerUpgrade);
        Assert.Single(mapped.Listener.Streams);
        Assert.Empty(mapped.Listener.EndPoints);

        var stopping = bench.App.StopAsync(Token);
        var closed = await client.ReceiveAsync(new ArraySegment<byte>(new byte[100]), Token).OrFail(static () => "It is not told.");
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.NormalClosure), (closed.MessageType, closed.CloseStatus));
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await stopping.OrFail(static () => "The host does not stop.");
        Assert.Equal(SsCauseCode.ListenerDraining, handler.CauseOf(SsState.EventWaitCancelled).Code);
        Assert.Empty(mapped.Listener.Streams);
    }

    [Fact]
    public async Task What_has_ended_answers_that_it_is_not_there()
    {
        await using var bench = new MappedBench(Echo);
        var mapped = bench.App.MapSecureStream("/echo", "echo", static _ => new HttpEchoHandler());
        await bench.App.StartAsync(Token);
        using var client = bench.Client();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(bench.Plain, "/echo"), Token)).StatusCode);
        Assert.Equal(0, await mapped.Listener.DrainAsync(Token));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri(bench.Plain, "/echo"), Token)).StatusCode);
        await bench.Context.DisposeAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri(bench.Plain, "/echo"), Token)).StatusCode);
        Assert.Throws<ObjectDisposedException>(() => bench.App.MapSecureStream("/again", "echo", static _ => null));
    }

    [Fact]
    public async Task An_exception_is_the_streams_alone()
    {
        await using var bench = new MappedBench(Echo);
        bench.Log.Allow("the handler threw");
        bench.Map("/", "echo", static handler => handler.OnStateDo(SsState.ServerTxn, static (SecureStream _, in SsStateChange _) => throw new InvalidOperationException("mine")));
        await bench.App.StartAsync(Token);
        using var client = bench.Client();
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(bench.Plain, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(bench.Plain, Token)).StatusCode);
    }

    [Theory]
    [InlineData("nobody", "\"srv\": { \"server\": true, \"protocol\": \"h1\" }", "The policy has no streamtype 'nobody'")]
    [InlineData("srv", "\"srv\": { \"protocol\": \"h1\", \"endpoint\": \"h\" }", "'srv' is no server of requests; set \"server\": true")]
    [InlineData("srv", "\"srv\": { \"server\": true, \"protocol\": \"raw\" }", "protocol is raw, and a web application takes requests; serve h1, h2 or ws there")]
    [InlineData("srv", "\"srv\": { \"server\": true, \"protocol\": \"h1\", \"tls\": true, \"tls_cert_blob\": \"C\", \"tls_key_blob\": \"K\", \"tls_client_auth\": \"require\" }", "tls_client_auth is require, and TLS is the application's")]
    public async Task What_cannot_be_served_at_a_path_is_refused(string streamType, string policy, string reason)
    {
        await using var bench = new MappedBench(policy);
        bench.Log.Allow("");
        var error = Assert.Throws<SsPolicyException>(() => bench.App.MapSecureStream("/", streamType, static _ => null));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_count_is_told_once()
    {
        await using var bench = new MappedBench("\"srv\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", \"port\": 99, \"max_connections\": 5, \"http_url\": \"/x\", \"max_body_bytes\": 7 }");
        bench.Log.Allow("does not count");
        bench.App.MapSecureStream("/here", "srv", static _ => null);
        var told = Assert.Single(bench.Log.Entries, static one => one.Message.Contains("does not count", StringComparison.Ordinal));
        Assert.Equal("srv: at a path of a web application that application decides, and this does not count: endpoint, port, http_url, max_connections", told.Message);
        Assert.Contains(bench.Log.Entries, static one => one.Message == "srv listens on /here of a web application");
    }

    [Fact]
    public async Task Without_a_context_it_says_what_to_do()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var error = Assert.Throws<InvalidOperationException>(() => app.MapSecureStream("/", "srv", static _ => null));
        Assert.Contains("AddSecureStreams", error.Message, StringComparison.Ordinal);
        Assert.Contains("'plant'", Assert.Throws<InvalidOperationException>(() => app.MapSecureStream("/", "srv", static _ => null, "plant")).Message, StringComparison.Ordinal);
    }
}
