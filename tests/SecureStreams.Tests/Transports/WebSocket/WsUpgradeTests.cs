using System.Text;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;
using SecureStreams.Tests.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>How a ws connection comes to be, or does not.</summary>
public sealed class WsUpgradeTests
{
    [Fact]
    public async Task The_request_has_url_host_subprotocols_metadata_and_blobs_and_the_answer_comes_back_as_metadata()
    {
        await using var bench = new WsBench(more:
            "\"http_url\": \"chat/${room}?a=b\", \"ws_subprotocol\": \"one, two\", \"metadata\": [{\"room\": \"\"}, {\"token\": \"X-Token:\"}, {\"server\": \"X-Server\"}], \"http_auth_header\": \"Authorization\", \"http_auth_preamble\": \"Bearer \"");
        bench.Blobs.Write(SsBlobNames.Auth(0), "secret"u8);
        var run = new TransportRun(bench.Policy).With("room", "a b/c").With("token", "t0");
        run.Start(bench.Factory);
        var peer = await bench.PeerAsync();

        Assert.Equal("GET /chat/a%20b%2Fc?a=b HTTP/1.1", peer.Request.FirstLine);
        Assert.Equal($"127.0.0.1:{bench.Port}", peer.Request.Find("host"));
        Assert.Equal("one, two", peer.Request.Find("sec-websocket-protocol"));
        Assert.Equal("13", peer.Request.Find("sec-websocket-version"));
        Assert.Null(peer.Request.Find("sec-websocket-extensions"));
        Assert.Equal("t0", peer.Request.Find("x-token"));
        Assert.Equal("Bearer secret", peer.Request.Find("authorization"));
        Assert.Null(peer.Request.Find("x-server"));
        Assert.Null(WebSocketServerHandshake.Judge(WebSocketRequestFacts.Of(peer.Request)!));

        await peer.AcceptAsync("X-Server: it is me\r\n");
        await run.WaitForAsync("connected");
        Assert.Equal("it is me", run.Metadata.Get("server"));
        run.Close();
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task Headers_that_the_application_sets_and_reads_by_name_are_those_of_the_upgrade()
    {
        await using var bench = new WsBench(more: "\"direct_proto_str\": true");
        var run = new TransportRun(bench.Policy).With("X-App:", "one");
        run.Start(bench.Factory);
        var peer = await bench.PeerAsync();
        Assert.Equal("one", peer.Request.Find("x-app"));
        await peer.AcceptAsync("X-Server: two\r\n");
        await run.WaitForAsync("connected");
        Assert.Equal("two", run.Metadata.Get("x-server"));
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Theory]
    [InlineData("\"ws_subprotocol\": \"\"")]
    [InlineData("")]
    public async Task Without_a_subprotocol_none_is_asked_for(string more)
    {
        await using var bench = new WsBench(more: more);
        var (run, peer) = await bench.ConnectAsync();
        Assert.Null(peer.Request.Find("sec-websocket-protocol"));
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task Frames_that_come_with_the_answer_are_not_lost_and_an_answer_in_crumbs_is_one()
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 1");
        await peer.SendTextAsync("02 Processing\r\n\r\n");
        await peer.AcceptAsync("", WsPeer.Frame(WebSocketOpcode.Binary, true, "hello"u8.ToArray()));
        await run.WaitForAsync("rx-StartOfMessage, EndOfMessage");
        Assert.Equal("hello", run.ReceivedText);
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task Paused_from_the_beginning_it_connects_and_delivers_nothing_until_resumed()
    {
        await using var bench = new WsBench();
        var run = bench.Start(paused: true);
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await peer.AcceptAsync("", WsPeer.Frame(WebSocketOpcode.Binary, true, "hello"u8.ToArray()));
        await run.WaitForAsync("connected");
        await run.TurnAsync();
        Assert.Empty(run.Received);
        run.Pause(false);
        await run.WaitForAsync("rx-StartOfMessage, EndOfMessage");
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\ngo away\n!more", SsCauseCode.PeerRefused, 403, "HTTP/1.1 403 Forbidden: go away !")]
    [InlineData("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n0\r\n\r\n", SsCauseCode.PeerRefused, 404, "HTTP/1.1 404 Not Found: nope")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", SsCauseCode.PeerRefused, 200, "HTTP/1.1 200 OK: hi")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", SsCauseCode.PeerRefused, 204, "HTTP/1.1 204 No Content")]
    [InlineData("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nlate", SsCauseCode.PeerBusy, 503, "HTTP/1.1 503 Busy: late")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n", SsCauseCode.RedirectRefused, 302, "HTTP/1.1 302 Found, to http://127.0.0.1:PORT/there")]
    public async Task A_refusal_is_told_with_its_status_and_text(string answer, SsCauseCode code, int status, string text)
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync(answer);
        var failure = await run.EndAsync();
        Assert.Equal((code, status), (failure!.Code, failure.Status));
        Assert.Equal(text.Replace("PORT", $"{bench.Port}", StringComparison.Ordinal), failure.PeerText);
        Assert.Equal($"ws://127.0.0.1:{bench.Port}/", failure.Endpoint);
        Assert.Equal(code == SsCauseCode.PeerBusy ? TimeSpan.FromSeconds(7) : null, failure.RetryAfter);
    }

    [Fact]
    public async Task A_refusal_that_never_ends_is_cut()
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nbecause");
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.StartsWith("HTTP/1.1 403 No", (await run.EndAsync())!.PeerText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_long_refusal_64_KiB_are_kept()
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync("HTTP/1.1 403 No\r\n\r\n" + new string('x', 70_000));
        Assert.Equal("HTTP/1.1 403 No: ".Length + (64 * 1024), (await run.EndAsync())!.PeerText!.Length);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "is not HTTP/1.1")]
    [InlineData("HTTP/1.1 abc\r\n\r\n", "is not HTTP/1.1")]
    [InlineData("HTTP/1.1 101 Up\r\n bad\r\n\r\n", "without a proper name")]
    [InlineData("HTTP/1.1 101 Up\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n", "does not answer our key")]
    public async Task Nonsense_is_a_protocol_error(string answer, string words)
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync(answer);
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.ProtocolError, failure!.Code);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: other\r\n", "chose subprotocol 'other'", "ws_subprotocol")]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate\r\n", "permessage-deflate", null)]
    public async Task What_was_not_asked_for_is_refused(string field, string words, string? attribute)
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync(field);
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ProtocolError, attribute), (failure!.Code, failure.Attribute));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("connected", run.Events);
    }

    [Fact]
    public async Task A_head_without_end_is_bounded()
    {
        await using var bench = new WsBench(more: "\"max_header_bytes\": 1024");
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync("HTTP/1.1 101 Up\r\nX: " + new string('x', 1100));
        Assert.Equal("max_header_bytes", (await run.EndAsync())!.Attribute);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_runs_into_the_bound()
    {
        await using var bench = new WsBench(more: "\"connect_timeout_ms\": 3000");
        var run = bench.Start();
        await bench.PeerAsync();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(3));
        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ConnectTimeout, "connect_timeout_ms"), (failure!.Code, failure.Attribute));
    }

    [Theory]
    [InlineData("/there", "GET /there HTTP/1.1")]
    [InlineData("ws://127.0.0.1:PORT/else?x", "GET /else?x HTTP/1.1")]
    public async Task Redirects_are_followed_where_the_policy_says_so(string location, string line)
    {
        await using var bench = new WsBench(more: "\"allow_redirects\": true");
        var run = bench.Start();
        var first = await bench.PeerAsync();
        await first.SendTextAsync($"HTTP/1.1 307 Over there\r\nLocation: {location.Replace("PORT", $"{bench.Port}", StringComparison.Ordinal)}\r\n\r\n");
        var second = await bench.PeerAsync();
        Assert.Equal(line, second.Request.FirstLine);
        Assert.NotEqual(first.Request.Find("sec-websocket-key"), second.Request.Find("sec-websocket-key"));
        await second.AcceptAsync();
        await run.WaitForAsync("connected");
        await second.BreakAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task Where_a_redirect_leads_is_not_what_the_policy_says_so_its_endpoint_is_not_to_be_mended()
    {
        using var dead = new DeadPort();
        await using var bench = new WsBench(more: "\"allow_redirects\": true");
        var run = bench.Start();
        await (await bench.PeerAsync()).SendTextAsync($"HTTP/1.1 307 Over there\r\nLocation: ws://127.0.0.1:{dead.Number}/\r\nContent-Length: 0\r\n\r\n");
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ConnectionRefused, null, $"127.0.0.1:{dead.Number}"), (failure!.Code, failure.Attribute, failure.Endpoint));
    }

    [Fact]
    public async Task A_circle_of_redirects_is_left()
    {
        await using var bench = new WsBench(more: "\"allow_redirects\": true");
        var run = bench.Start();
        for (var hop = 0; hop < 5; hop++)
            await (await bench.PeerAsync()).SendTextAsync("HTTP/1.1 302 Over there\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.RedirectLimit, failure!.Code);
    }

    [Theory]
    [InlineData("ws", false, null)]
    [InlineData("http", false, null)]
    [InlineData("wss", true, null)]
    [InlineData("ftp", false, "endpoint")]
    public async Task An_endpoint_may_be_a_URL(string scheme, bool tls, string? wrong)
    {
        await using var bench = new WsBench(tls);
        bench.Policy = HttpBench.Policy($"\"endpoint\": \"{scheme}://127.0.0.1:{bench.Port}/path\", \"protocol\": \"ws\"" + (tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : ""));
        var run = bench.Start();
        if (wrong is null)
        {
            var peer = await bench.PeerAsync();
            Assert.Equal("GET /path HTTP/1.1", peer.Request.FirstLine);
            await peer.BreakAsync();
        }

        var failure = await run.EndAsync();
        Assert.Equal(wrong, failure!.Attribute);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Key")]
    [InlineData("Upgrade")]
    [InlineData("Content-Length")]
    public async Task Metadata_cannot_set_what_belongs_to_the_handshake(string header)
    {
        await using var bench = new WsBench(more: $"\"metadata\": [{{\"m\": \"{header}\"}}]");
        var run = new TransportRun(bench.Policy).With("m", "x");
        run.Start(bench.Factory);
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.NotSupported, "metadata"), (failure!.Code, failure.Attribute));
    }

    [Fact]
    public async Task A_peer_that_hangs_up_before_it_answers_is_told()
    {
        await using var bench = new WsBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.PeerClosed, failure!.Code);
        Assert.Contains("before it answered the upgrade", failure.Message, StringComparison.Ordinal);
    }
}
