using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Requests that do not become a connection: what the client gets, and what is told of it.</summary>
public sealed class WsHandshakeTests
{
    private const string Server = "\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"metadata\": [{ \"where\": \"location:\" }, { \"mime\": \"content-type:\" }] }";

    private const string Head = "GET / HTTP/1.1\r\nHost: h\r\n";
    private const string KeyHeader = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private const string Upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private const string Version = "Sec-WebSocket-Version: 13\r\n";

    [Theory]
    [InlineData("plain", Head, "426", "websocket")]
    [InlineData("post", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n", "426", "websocket")]
    [InlineData("upgrade of something else", Head + "Upgrade: h2c\r\nConnection: Upgrade\r\n" + KeyHeader + Version, "426", "websocket")]
    [InlineData("no connection field", Head + "Upgrade: websocket\r\n" + KeyHeader + Version, "426", "websocket")]
    [InlineData("HTTP/1.0", "GET / HTTP/1.0\r\nHost: h\r\n" + Upgrade + KeyHeader + Version, "426", "websocket")]
    [InlineData("method", "POST / HTTP/1.1\r\nHost: h\r\n" + Upgrade + KeyHeader + Version, "405", null)]
    [InlineData("no version", Head + Upgrade + KeyHeader, "426", "websocket")]
    [InlineData("version 8", Head + Upgrade + KeyHeader + "Sec-WebSocket-Version: 8\r\n", "426", "websocket")]
    [InlineData("no key", Head + Upgrade + Version, "400", null)]
    [InlineData("short key", Head + Upgrade + Version + "Sec-WebSocket-Key: AAAA\r\n", "400", null)]
    [InlineData("two keys", Head + Upgrade + Version + KeyHeader + KeyHeader, "400", null)]
    [InlineData("no names", Head + Upgrade + Version + KeyHeader + "Sec-WebSocket-Protocol: a b\r\n", "400", null)]
    [InlineData("body", Head + Upgrade + Version + KeyHeader + "Content-Length: 3\r\n", "400", null)]
    public async Task What_is_no_right_upgrade_is_answered_and_told(string what, string head, string status, string? upgrade)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("Protocol/ProtocolError");
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.AskAsync(new NetworkStream(await ServerBench.ConnectAsync(listener), ownsSocket: true), head + "\r\n" + (what == "body" ? "abc" : ""));
        Assert.Equal(status, peer.Answer[":status"]);
        Assert.Equal(upgrade, peer.Answer.GetValueOrDefault("Upgrade"));
        if (what.Contains("version", StringComparison.Ordinal))
            Assert.Equal("13", peer.Answer["Sec-WebSocket-Version"]);
        Assert.Empty(bench.Accepted);
        var detail = Assert.Single(bench.Context.Diagnostics.Recent());
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError, "srv"), (detail.Cause.Phase, detail.Cause.Code, detail.StreamType));
        Assert.Contains(status, detail.Message, StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", detail.Endpoint, StringComparison.Ordinal);
        Assert.Equal(detail.Message, (await peer.BodyAsync()).TrimEnd('\n'));
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 8\r\n", "426")]
    [InlineData("Sec-WebSocket-Protocol: a b\r\n", "400")]
    public async Task On_HTTP2_too(string more, string status)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("Protocol/ProtocolError");
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.AskAsync(listener, "2", more: more);
        Assert.Equal(status, peer.Answer[":status"]);
        Assert.Empty(bench.Accepted);
        using var client = new HttpClient { DefaultRequestVersion = System.Net.HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var plain = await client.GetAsync(new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}/"), TestContext.Current.CancellationToken);
        Assert.Equal(426, (int)plain.StatusCode);
    }

    [Theory]
    [InlineData("1.1", null, null)]
    [InlineData("1.1", "c, d", null)]
    [InlineData("1.1", "b", "b")]
    [InlineData("1.1", "c, b, a", "b")]
    [InlineData("2", null, null)]
    [InlineData("2", "c", null)]
    [InlineData("2", "c, a", "a")]
    public async Task Without_a_subprotocol_of_the_policy_an_upgrade_is_refused(string version, string? asked, string? chosen)
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"ws_subprotocol\": \"a, b\" }");
        bench.Log.Allow("Protocol/ProtocolError");
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.AskAsync(listener, version, more: asked is null ? "" : $"Sec-WebSocket-Protocol: {asked}\r\n");
        Assert.Equal(chosen, peer.Answer.GetValueOrDefault("Sec-WebSocket-Protocol"));
        if (chosen is not null)
        {
            Assert.Equal(version == "2" ? "200" : "101", peer.Answer[":status"]);
            await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerUpgrade);
            return;
        }

        Assert.Equal("400", peer.Answer[":status"]);
        Assert.Empty(bench.Accepted);
        var detail = Assert.Single(bench.Context.Diagnostics.Recent());
        Assert.Contains("\"a, b\"", detail.Message, StringComparison.Ordinal);
        Assert.Contains("srv.ws_subprotocol", detail.Policy!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_streamtype_of_HTTP_that_names_subprotocols_serves_both(string version)
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"h2\", \"endpoint\": \"127.0.0.1\", \"ws_subprotocol\": \"\", \"max_body_bytes\": 1000, \"metadata\": [{ \"mime\": \"content-type:\" }] }");
        await using var listener = bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        await using var peer = await WsPeer.UpgradedAsync(listener, version, more: "Sec-WebSocket-Protocol: x\r\n");
        Assert.False(peer.Answer.ContainsKey("Sec-WebSocket-Protocol"));
        for (var turn = 0; turn < 3; turn++)
        {
            // Longer than a body may be.
            await peer.SendAsync(RawFrame.Fin | RawFrame.Binary, new byte[900]);
            Assert.Equal(900, (await peer.NextAsync())!.Payload.Length);
        }

        using var client = new HttpClient { DefaultRequestVersion = System.Version.Parse(version == "2" ? "2.0" : "1.1"), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var body = new StringContent("hello");
        using var answer = await client.PostAsync(new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}/"), body, TestContext.Current.CancellationToken);
        Assert.Equal((200, "hello"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        await peer.CloseFrameAsync();
    }

    [Fact]
    public async Task One_that_does_not_name_any_answers_an_upgrade_like_other_requests()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerTxn, static stream => stream.RequestTransmit(0)));
        await using var peer = await WsPeer.AskAsync(listener);
        Assert.Equal("404", peer.Answer[":status"]);
    }

    [Theory]
    [InlineData("1.1", "ack", "403", "")]
    [InlineData("2", "ack", "403", "")]
    [InlineData("1.1", "ack with body", "403", "not you")]
    [InlineData("2", "ack with body", "403", "not you")]
    [InlineData("1.1", "ack, body later", "403", "not you")]
    [InlineData("1.1", "redirect", "307", "")]
    [InlineData("1.1", "disconnect", "404", "")]
    [InlineData("1.1", "ack and destroy", "401", "")]
    [InlineData("2", "ack and destroy", "401", "")]
    [InlineData("1.1", "throws", "500", "")]
    [InlineData("2", "throws", "500", "")]
    [InlineData("1.1", "null", "404", "")]
    [InlineData("1.1", "accept 204", "101", "")]
    public async Task The_application_refuses_before_the_connection_is_one(string version, string what, string status, string body)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("the handler threw");
        SsResult React(SecureStream stream, in SsStateChange change)
        {
            switch (what)
            {
                case "ack":
                    stream.ServerAck(403);
                    return SsResult.Continue;
                case "ack with body" or "ack, body later":
                    stream.ServerAck(403);
                    stream.SetMetadata("mime", "text/plain");
                    stream.RequestTransmit(7);
                    return SsResult.Continue;
                case "redirect":
                    stream.ServerAck(307);
                    stream.SetMetadata("where", "ws://elsewhere.example/");
                    return SsResult.Continue;
                case "accept 204":
                    stream.ServerAck(204);
                    return SsResult.Continue;
                case "disconnect":
                    return SsResult.Disconnect;
                case "ack and destroy":
                    stream.ServerAck(401);
                    return SsResult.Destroy;
                default:
                    throw new InvalidOperationException("the handler threw");
            }
        }

        await using var listener = bench.Context.CreateListener("srv", stream =>
        {
            if (what == "null")
                return null;
            var calls = 0;
            var handler = new RecordingHandler().OnStateDo(SsState.ServerTxn, React).OnTransmitDo((SecureStream own, scoped ref SsTransmit tx) =>
            {
                if (what == "ack, body later" && calls++ == 0)
                {
                    own.StartTimeout(TimeSpan.FromMilliseconds(1));
                    return SsTransmitResult.Nothing;
                }

                "not you"u8.CopyTo(tx.Buffer);
                tx.Commit(7, SsTxFlags.None);
                return SsTransmitResult.Send;
            }).OnStateDo(SsState.Timeout, static own => own.RequestTransmit());
            bench.Accepted.Enqueue(handler);
            return handler;
        });
        await using var peer = await WsPeer.AskAsync(listener, version);
        Assert.Equal(status, peer.Answer[":status"]);
        if (what == "redirect")
            Assert.Equal("ws://elsewhere.example/", peer.Answer["Location"]);
        if (body.Length > 0)
            Assert.Equal(("text/plain", body), (peer.Answer["Content-Type"], await peer.BodyAsync()));
        if (what == "null")
            return;
        var handler = await bench.AcceptedAsync();
        if (status == "101")
        {
            await handler.WaitForStateAsync(SsState.ServerUpgrade);
            return;
        }

        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Connected ServerTxn Disconnected Destroying", handler.Story.Replace(" Timeout", "", StringComparison.Ordinal));
        Assert.Equal(
            what switch { "disconnect" => SsCauseCode.LocalDisconnect, "ack and destroy" => SsCauseCode.LocalDestroy, "throws" => SsCauseCode.HandlerException, _ => SsCauseCode.Completed },
            handler.CauseOf(SsState.Disconnected).Code);

        // The connection is none of the refused: the next request on it is served.
        if (version == "1.1" && what == "ack")
        {
            await using var again = await WsPeer.AskAsync(peer.Stream, Head + "\r\n");
            bench.Log.Allow("Protocol/ProtocolError");
            Assert.Equal("426", again.Answer[":status"]);
        }
    }
}
