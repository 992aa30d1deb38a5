using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket.Http2;

/// <summary>ws on streams of a shared HTTP/2 connection, against Kestrel.</summary>
public sealed class WsHttp2Tests
{
    [Fact]
    public async Task The_request_has_all_that_an_upgrade_has_and_the_answer_comes_back_as_metadata()
    {
        await using var bench = await WsHttp2Bench.StartAsync(more:
            "\"http_url\": \"chat/${room}?a=b\", \"ws_subprotocol\": \"one, two\", \"ws_deflate\": true, \"metadata\": [{\"room\": \"\"}, {\"token\": \"X-Token:\"}, {\"server\": \"X-Server\"}], " +
            "\"direct_proto_str\": true, \"http_auth_header\": \"Authorization\", \"http_auth_preamble\": \"Bearer \"");
        bench.Blobs.Write(SsBlobNames.Auth(0), "secret"u8);
        var run = new TransportRun(bench.Policy).With("room", "a b/c").With("token", "t0").With("X-App:", "one");
        run.Start(bench.Factory);
        var peer = await bench.PeerAsync();
        var request = peer.Http.Request;
        Assert.Equal(("CONNECT", "HTTP/2", "/chat/a%20b%2Fc?a=b"), (request.Method, request.Protocol, peer.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget));
        Assert.Equal("websocket", peer.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpExtendedConnectFeature>()!.Protocol);
        Assert.Equal($"127.0.0.1:{bench.Port}", request.Host.Value);
        Assert.Equal(
            ("one, two", "13", "t0", "Bearer secret", "one"),
            (request.Headers["sec-websocket-protocol"].ToString(), request.Headers["sec-websocket-version"].ToString(), request.Headers["x-token"].ToString(),
                request.Headers.Authorization.ToString(), request.Headers["x-app"].ToString()));
        Assert.StartsWith("permessage-deflate", request.Headers["sec-websocket-extensions"].ToString(), StringComparison.Ordinal);
        Assert.False(request.Headers.ContainsKey("sec-websocket-key"));
        Assert.False(request.Headers.ContainsKey("content-length"));

        await peer.AcceptAsync(("Sec-WebSocket-Protocol", "two"), ("X-Server", "it is me"));
        await run.WaitForAsync("connected");
        Assert.Equal("it is me", run.Metadata.Get("server"));
        Assert.Equal("two", run.Metadata.Get("sec-websocket-protocol"));
        run.Close();
        Assert.Equal("1000 (normal closure)", await peer.CloseAsync());
        await run.EndAsync();
    }

    [Theory]
    [InlineData(403, "go away\n!", SsCauseCode.PeerRefused, "HTTP/2 403 Forbidden: go away !")]
    [InlineData(204, "", SsCauseCode.PeerRefused, "HTTP/2 204 No Content")]
    [InlineData(503, "late", SsCauseCode.PeerBusy, "HTTP/2 503 Service Unavailable: late")]
    [InlineData(302, "moved", SsCauseCode.RedirectRefused, "HTTP/2 302 Found, to http://127.0.0.1:PORT/there: moved")]
    public async Task A_refusal_is_told_with_its_status_and_text(int status, string body, SsCauseCode code, string text)
    {
        await using var bench = await WsHttp2Bench.StartAsync();
        var run = bench.Start();
        await (await bench.PeerAsync()).RefuseAsync(status, body, ("Retry-After", "7"), ("Location", "/there"));
        var failure = await run.EndAsync();
        Assert.Equal((code, status), (failure!.Code, failure.Status));
        Assert.Equal(text.Replace("PORT", $"{bench.Port}", StringComparison.Ordinal), failure.PeerText);
        Assert.Equal($"ws://127.0.0.1:{bench.Port}/", failure.Endpoint);
        Assert.Equal(code == SsCauseCode.PeerBusy ? TimeSpan.FromSeconds(7) : null, failure.RetryAfter);
    }

    [Fact]
    public async Task A_header_that_describes_a_body_is_refused()
    {
        await using var bench = await WsHttp2Bench.StartAsync(more: "\"metadata\": [{\"type\": \"Content-Type\"}]");
        var run = new TransportRun(bench.Policy).With("type", "text/plain");
        run.Start(bench.Factory);
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.NotSupported, "ws_http_version"), (failure!.Code, failure.Attribute));
        Assert.Contains("'Content-Type'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_that_never_ends_is_cut()
    {
        await using var bench = await WsHttp2Bench.StartAsync();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        peer.Http.Response.StatusCode = 403;
        await peer.Http.Response.StartAsync(TestContext.Current.CancellationToken);
        await peer.Http.Response.Body.FlushAsync(TestContext.Current.CancellationToken);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(403, (await run.EndAsync())!.Status);
        await peer.Gone.OrFail(static () => "The peer keeps a request that nobody wants.");
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol", "other", "chose subprotocol 'other'", "ws_subprotocol")]
    [InlineData("Sec-WebSocket-Extensions", "permessage-deflate", "permessage-deflate", null)]
    public async Task What_was_not_asked_for_is_refused(string name, string value, string words, string? attribute)
    {
        await using var bench = await WsHttp2Bench.StartAsync();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync((name, value));
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ProtocolError, attribute), (failure!.Code, failure.Attribute));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("connected", run.Events);
        await peer.Gone.OrFail(static () => "The peer keeps a stream that nobody wants.");
    }

    [Fact]
    public async Task Redirects_are_followed_where_the_policy_says_so()
    {
        await using var bench = await WsHttp2Bench.StartAsync(more: "\"allow_redirects\": true");
        var run = bench.Start();
        await (await bench.PeerAsync()).RefuseAsync(307, "over there", ("Location", $"ws://127.0.0.1:{bench.Port}/else?x"));
        var second = await bench.PeerAsync();
        Assert.Equal("/else", second.Http.Request.Path.Value);
        await second.AcceptAsync();
        await run.WaitForAsync("connected");
        run.Close();
        await second.CloseAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_runs_into_the_bound_and_gets_no_more_on_that_connection()
    {
        await using var bench = await WsHttp2Bench.StartAsync(more: "\"connect_timeout_ms\": 3000");
        var run = bench.Start();
        var first = await bench.PeerAsync();
        var connection = first.Http.Connection.Id;
        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ConnectTimeout, "connect_timeout_ms"), (failure!.Code, failure.Attribute));
        Assert.Contains("waiting for the answer to the extended CONNECT", failure.Message, StringComparison.Ordinal);
        await first.Gone.OrFail(static () => "The peer is not told.");

        var again = bench.Start();
        var second = await bench.PeerAsync();
        Assert.NotEqual(connection, second.Http.Connection.Id);
        await second.BreakAsync();
        await again.EndAsync();
    }

    [Fact]
    public async Task Aborting_one_stream_leaves_its_neighbour_on_the_connection_alone()
    {
        await using var bench = await WsHttp2Bench.StartAsync();
        var (one, first) = await ConnectAsync(bench);
        var (two, second) = await ConnectAsync(bench);
        Assert.Equal(first.Http.Connection.Id, second.Http.Connection.Id);
        one.Post(one.Transport.AbortOnMailbox);
        await one.EndAsync();
        await first.Gone.OrFail(static () => "The peer is not told.");
        await second.SendAsync([1, 2, 3]);
        await second.FinishAsync();
        Assert.Equal(SsCauseCode.PeerClosed, (await two.EndAsync())!.Code);
        Assert.Equal([1, 2, 3], two.Received);
    }

    /// <summary>Against the platform's own WebSocket.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Kestrel_sends_every_message_back_and_streams_of_equal_trust_share_a_connection(bool tls, bool deflate)
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var log = new TestLog();
        var common = $"\"endpoint\": \"127.0.0.1\", \"port\": {(tls ? host.H2Port : host.H2cPort)}{(tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "")}";
        await using var context = SsContext.FromJson($$"""
            {
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
              "trust_stores": [{ "name": "main", "stack": ["root"] }],
              "s": [{ "x": { {{common}}, "protocol": "ws", "ws_http_version": "2", "http_url": "ws/echo", "ws_subprotocol": "a, b", "ws_binary": true, "ws_deflate": {{(deflate ? "true" : "false")}} } },
                    { "page": { {{common}}, "protocol": "h2", "http_url": "bytes/10" } }]
            }
            """, new() { LoggerFactory = log });
        await using var stream = context.Create("x", new RecordingHandler());
        stream.Connect();
        var handler = new RecordingHandler();
        await using var other = context.Create("x", handler);
        other.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        foreach (var length in (int[])[0, 1, 125, 126, 127, 16_384, 16_385, 65_535, 65_536, 300_000])
        {
            var message = new byte[length];
            DeterministicBytes.Fill(message, length);
            await using var reader = stream.ReadMessagesAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
            await stream.SendAsync(message, cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(await reader.MoveNextAsync().AsTask().OrFail(() => $"No answer of {length} bytes."));
            Assert.True(reader.Current.Payload.Span.SequenceEqual(message), $"{length}");
        }

        var page = new RecordingHandler();
        await using var transaction = context.Create("page", page);
        transaction.Connect();
        await page.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(1, (tls ? host.H2 : host.H2c).Accepted);
    }

    private static async Task<(TransportRun Run, WsHttp2Peer Peer)> ConnectAsync(WsHttp2Bench bench, StreamTypePolicy? policy = null)
    {
        var run = bench.Start(policy);
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await run.WaitForAsync("connected");
        return (run, peer);
    }
}
