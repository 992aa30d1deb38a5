using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>An accepted stream of ws from the request to its end, on either version of HTTP.</summary>
public sealed class WsServerTests
{
    private const string Server = """
        "srv": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1", "ws_subprotocol": "two, one",
          "metadata": [{ "method": "" }, { "path": "" }, { "query": "" }, { "arg": "" }, { "origin": "origin:" }, { "offered": "sec-websocket-protocol:" }, { "x": "x-answer:" }, { "mime": "content-type:" },
            { "ip": "" }], "metadata_from_connection": { "ip": "peer_ip" } }
        """;

    private const string Asks = "Origin: http://page.example\r\nSec-WebSocket-Protocol: zero, one, two\r\n";

    [Theory]
    [InlineData("1.1", "GET")]
    [InlineData("2", "CONNECT")]
    public async Task The_application_is_told_of_the_request_and_then_of_the_connection(string version, string method)
    {
        await using var bench = new ServerBench(Server);
        var atTransaction = "";
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerTxn, stream =>
            {
                atTransaction = Said(stream);
                stream.SetMetadata("x", "yes");
                stream.SetMetadata("mime", "text/plain");
                stream.SetMetadata("offered", "forged");
            })
            .OnReceiveDo(static (stream, payload, flags) => SsResult.Continue));
        await using var peer = await WsPeer.UpgradedAsync(listener, version, "/a%20b?arg=1&method=PUT", Asks);
        Assert.Equal("one", peer.Answer["Sec-WebSocket-Protocol"]);
        Assert.Equal("yes", peer.Answer["X-Answer"]);
        Assert.False(peer.Answer.ContainsKey("Content-Type"));
        Assert.False(peer.Answer.ContainsKey("Sec-WebSocket-Extensions"));

        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerUpgrade);
        var said = $"{method} /a b arg=1&method=PUT 1 http://page.example zero, one, two 127.0.0.1";
        Assert.Equal(said, atTransaction);
        Assert.Equal(said, Said(bench.Streams.Single()));

        await peer.SendAsync(RawFrame.Text, "hel"u8);
        await peer.SendAsync(RawFrame.Fin, "lo"u8);
        await handler.WaitForAsync(static one => one.ReceivedLength == 5);
        await peer.SendAsync(RawFrame.MakeClose(4001, "done", WsPeer.Key));
        Assert.Equal(4001, (await peer.CloseFrameAsync()).CloseCode);
        Assert.Null(await peer.NextAsync());
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Connected ServerTxn ServerUpgrade Disconnected Destroying", handler.Story);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed, 4001), (cause.Phase, cause.Code, cause.Status));

        static string Said(SecureStream stream) =>
            $"{stream.GetMetadata("method")} {stream.GetMetadata("path")} {stream.GetMetadata("query")} {stream.GetMetadata("arg")} {stream.GetMetadata("origin")} {stream.GetMetadata("offered")} {stream.GetMetadata("ip")}";
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task Messages_come_back_as_they_were_in_the_shortest_form_and_unmasked(string version)
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        foreach (var (length, lengthBytes) in new[] { (0, 1), (1, 1), (125, 1), (126, 3), (127, 3), (600, 3) })
        {
            var payload = DeterministicBytes.Make(length, 7);
            await peer.SendAsync(RawFrame.Fin | RawFrame.Binary, payload);
            var frame = (await peer.NextAsync())!;
            Assert.Equal((RawFrame.Fin | RawFrame.Binary, false, lengthBytes), (frame.First, frame.Masked, frame.LengthBytes));
            Assert.Equal(payload, frame.Payload);
        }

        // Cut anywhere, with a ping inside, byte by byte.
        var text = Encoding.UTF8.GetBytes("aé€😀z");
        for (var cut = 0; cut <= text.Length; cut++)
        {
            byte[] bytes = [.. RawFrame.Make(RawFrame.Text, text.AsSpan(0, cut), 0x01020304), .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, [(byte)cut], 0xFFFFFFFF), .. RawFrame.Make(RawFrame.Fin, text.AsSpan(cut), WsPeer.Key)];
            foreach (var one in bytes)
                await peer.SendAsync([one]);
            var got = new List<byte>();
            var pong = false;
            for (var final = false; !final || !pong;)
            {
                var frame = (await peer.NextAsync())!;
                if (frame.Opcode == RawFrame.Pong)
                {
                    Assert.Equal([(byte)cut], frame.Payload);
                    pong = true;
                    continue;
                }

                got.AddRange(frame.Payload);
                final = frame.IsFinal;
            }

            Assert.Equal(text, got);
        }

        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        await peer.CloseFrameAsync();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_server_that_lets_go_says_why_and_waits_for_the_answer(string version)
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\" }");
        bench.Log.Allow("the handler threw");
        await using var listener = bench.Listen(setup: static handler => handler.OnReceiveDo(static (stream, payload, _) => payload[0] switch
        {
            (byte)'c' => SsResult.Disconnect,
            (byte)'d' => SsResult.Destroy,
            _ => throw new InvalidOperationException("the handler threw"),
        }));
        foreach (var (ask, code) in new[] { ("c", 1000), ("d", 1001), ("x", 1011) })
        {
            await using var peer = await WsPeer.UpgradedAsync(listener, version);
            await peer.SendAsync(RawFrame.Fin | RawFrame.Text, Encoding.ASCII.GetBytes(ask));
            Assert.Equal(code, (await peer.CloseFrameAsync()).CloseCode);
            await peer.SendAsync(RawFrame.MakeClose(code, "", WsPeer.Key));
            Assert.Null(await peer.NextAsync());
        }

        await Poll.UntilAsync(() => listener.Streams.Count == 0, static () => "Streams stay.");
        Assert.Equal([SsCauseCode.LocalDisconnect, SsCauseCode.LocalDestroy, SsCauseCode.HandlerException], bench.Accepted.Select(static one => one.CauseOf(SsState.Disconnected).Code));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task The_platforms_client_gets_its_messages_back(string version)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        using var bound = new CancellationTokenSource(TestTimeouts.Unexpected, TimeProvider.System);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("one");
        client.Options.HttpVersion = Version.Parse(version == "2" ? "2.0" : "1.1");
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{ServerBench.PortOf(listener)}/"), invoker, bound.Token);
        Assert.Equal("one", client.SubProtocol);
        var buffer = new byte[1 << 20];
        foreach (var length in new[] { 0, 1, 125, 126, 65535, 65536, 1 << 20 })
        {
            var payload = DeterministicBytes.Make(length, length);
            var sending = SendAsync(payload);
            var count = 0;
            ValueWebSocketReceiveResult result;
            do
            {
                result = await client.ReceiveAsync(buffer.AsMemory(count), bound.Token);
                count += result.Count;
            }
            while (!result.EndOfMessage);
            await sending;
            Assert.True(payload.AsSpan().SequenceEqual(buffer.AsSpan(0, count)), $"{length}");
        }

        await client.CloseAsync((WebSocketCloseStatus)4001, "done", bound.Token);
        Assert.Equal((WebSocketCloseStatus)4001, client.CloseStatus);

        async Task SendAsync(byte[] payload)
        {
            await client.SendAsync(payload.AsMemory(0, payload.Length / 3), WebSocketMessageType.Binary, endOfMessage: false, bound.Token);
            await client.SendAsync(payload.AsMemory(payload.Length / 3), WebSocketMessageType.Binary, endOfMessage: true, bound.Token);
        }
    }

    [Fact]
    public async Task What_a_client_sends_together_with_its_request_is_not_lost()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        var stream = new NetworkStream(await ServerBench.ConnectAsync(listener), ownsSocket: true);
        byte[] all =
        [
            .. "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8,
            .. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "early"u8, WsPeer.Key),
        ];
        await stream.WriteAsync(all, TestContext.Current.CancellationToken);
        await using var peer = await WsPeer.AskAsync(stream, "");
        Assert.Equal("101", peer.Answer[":status"]);
        Assert.Equal("early"u8.ToArray(), (await peer.NextAsync())!.Payload);
        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        await peer.CloseFrameAsync();
    }

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("1.1", false)]
    [InlineData("2", true)]
    [InlineData("2", false)]
    public async Task Messages_are_compressed_where_the_policy_takes_it_and_the_client_offers_it(string version, bool taken)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"ws_deflate\": {(taken ? "true" : "false")}, \"max_message_bytes\": 300000 }}");
        bench.Log.Allow("Payload/PayloadTooLarge");
        await using var listener = bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        await using (var peer = await WsPeer.AskAsync(listener, version, more: "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"))
            Assert.Equal(taken, peer.Answer.GetValueOrDefault("Sec-WebSocket-Extensions")?.StartsWith("permessage-deflate", StringComparison.Ordinal) ?? false);

        await using var clients = SsContext.FromJson($$"""
            { "s": [{ "cli": { "protocol": "ws", "endpoint": "127.0.0.1", "port": {{ServerBench.PortOf(listener)}}, "http_url": "/", "ws_binary": true, "ws_deflate": true, "ws_http_version": "{{version}}", "opportunistic": true } }] }
            """);
        var client = new RecordingHandler();
        var stream = clients.Create("cli", client);
        stream.Connect();
        await client.WaitForStateAsync(SsState.Connected);
        var payload = new byte[200_000];
        await stream.SendAsync(payload, TestContext.Current.CancellationToken).AsTask().OrFail(static () => "It is not sent.");
        await client.WaitForAsync(one => one.ReceivedLength == payload.Length);
        Assert.Equal(payload, client.Received);

        // What they decompress to counts.
        await stream.SendAsync(new byte[300_001], TestContext.Current.CancellationToken).AsTask().OrFail(static () => "It is not sent.");
        await client.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal((SsCauseCode.PeerClosed, 1009), (client.CauseOf(SsState.Disconnected).Code, client.CauseOf(SsState.Disconnected).Status));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task Handlers_may_change_when_the_connection_is_upgraded(string version)
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerUpgrade, static stream => stream.ChangeHandlers(new MessageEchoHandler())));
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        await peer.SendAsync(RawFrame.Fin | RawFrame.Text, "hello"u8);
        Assert.Equal("hello"u8.ToArray(), (await peer.NextAsync())!.Payload);
        var before = await bench.AcceptedAsync();
        Assert.Equal("Creating Connecting Connected ServerTxn ServerUpgrade", before.Story);
        bench.Accepted.Clear();
        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        await peer.CloseFrameAsync();
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("h2")]
    public async Task Messages_can_be_awaited_whatever_the_policy_serves_besides(string protocol)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", \"ws_subprotocol\": \"\" }}");
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.UpgradedAsync(listener);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerUpgrade);
        var stream = bench.Streams.Single();
        Assert.False(stream.Traits.IsTransactional || stream.Traits.Acknowledges);
        foreach (var text in new[] { "one", "two" })
        {
            await stream.SendAsync(Encoding.ASCII.GetBytes(text), cancellationToken: TestContext.Current.CancellationToken).AsTask().OrFail(static () => "It is not sent.");
            Assert.Equal(text, Encoding.ASCII.GetString((await peer.NextAsync())!.Payload));
        }

        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        await peer.CloseFrameAsync();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_client_that_does_not_answer_a_close_frame_is_waited_for_no_longer_than_its_bound(string version)
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\" }", clock);
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerUpgrade);
        bench.Streams.Single().Disconnect();
        Assert.Equal(1000, (await peer.CloseFrameAsync()).CloseCode);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));

        // What it says instead is not for the stream any more.
        await peer.SendAsync(RawFrame.Fin | RawFrame.Text, "late"u8);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await peer.NextAsync());
        await Poll.UntilAsync(() => listener.Streams.Count == 0, static () => "The stream stays.");
        Assert.Equal(0, (await bench.AcceptedAsync()).ReceivedLength);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task Silent_clients_are_pinged_and_given_up_in_the_end(string version)
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"retry\": \"r\" }", clock,
            "\"retry\": [{ \"r\": { \"backoff\": [1000], \"conceal\": 0, \"svalidping\": 10, \"svalidhup\": 25 } }],");
        bench.Log.Allow("PeerUnresponsive");
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerUpgrade);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(RawFrame.Fin | RawFrame.Ping, (await peer.NextAsync())!.First);
        await peer.SendAsync(RawFrame.Fin | RawFrame.Binary, "alive"u8);
        await handler.WaitForAsync(static one => one.ReceivedLength == 5);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(RawFrame.Fin | RawFrame.Ping, (await peer.NextAsync())!.First);
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        clock.Advance(TimeSpan.FromSeconds(10));
        await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(5));
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
    }
}
