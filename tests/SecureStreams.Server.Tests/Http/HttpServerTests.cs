using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using static SecureStreams.Server.Tests.Http.PlainClient;

namespace SecureStreams.Server.Tests.Http;

/// <summary>What a handler makes of a request, and what the client sees of it.</summary>
public sealed class HttpServerTests
{
    private const string Server = """
        "srv": { "server": true, "protocol": "h1", "endpoint": "127.0.0.1", "max_body_bytes": 100000, "max_header_bytes": 4096,
          "metadata": [{ "method": "" }, { "path": "" }, { "x": "x-answer:" }] }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transaction_is_told_as_a_stream_from_its_beginning_to_its_end()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: static handler => handler
            .OnStateDo(SsState.ServerTxn, static stream =>
            {
                stream.ServerAck(202);
                stream.SetMetadata("x", "yes");
                stream.RequestTransmit(4);
            })
            .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
            {
                "done"u8.CopyTo(tx.Buffer);
                tx.Commit(4, SsTxFlags.None);
                return SsTransmitResult.Send;
            }));
        Assert.Equal("HTTP/1.1 202|X-Answer: yes|done", Essence(await AskAsync(listener, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")));
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal("Creating Connecting Connected ServerTxn Disconnected Destroying", handler.Story);
        Assert.Equal(SsCauseCode.Completed, handler.CauseOf(SsState.Disconnected).Code);
        Assert.Equal("POST", bench.Streams.Single().GetMetadata("method"));
    }

    [Theory]
    [InlineData("nothing said", 404)]
    [InlineData("null", 404)]
    [InlineData("disconnect", 404)]
    [InlineData("ack and disconnect", 403)]
    [InlineData("throws", 500)]
    [InlineData("throws after ack", 500)]
    [InlineData("destroyed", 404)]
    [InlineData("no content", 204)]
    public async Task What_a_handler_does_without_a_body_has_a_status(string what, int status)
    {
        await using var bench = new ServerBench(Server);
        bench.Log.Allow("the handler threw");
        SsResult React(SecureStream stream, in SsStateChange change)
        {
            switch (what)
            {
                case "nothing said":
                    stream.RequestTransmit(0);
                    return SsResult.Continue;
                case "no content":
                    stream.ServerAck(204);
                    stream.RequestTransmit(0);
                    return SsResult.Continue;
                case "ack and disconnect":
                    stream.ServerAck(403);
                    return SsResult.Disconnect;
                case "throws":
                    throw new InvalidOperationException("mine");
                case "throws after ack":
                    stream.ServerAck(200);
                    throw new InvalidOperationException("mine");
                case "destroyed":
                    return SsResult.Destroy;
                default:
                    return SsResult.Disconnect;
            }
        }

        await using var listener = what == "null"
            ? bench.Context.CreateListener("srv", static _ => null)
            : bench.Listen(setup: handler => handler.OnStateDo(SsState.ServerTxn, React));
        var answer = await AskAsync(listener, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD", true)]
    [InlineData("HEAD", false)]
    [InlineData("GET", true)]
    public async Task A_head_is_the_head_of_what_a_get_would_be_answered_with(string method, bool announced)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerTxn, stream =>
            {
                stream.ServerAck();
                stream.SetMetadata("x", "yes");
                if (announced)
                    stream.RequestTransmit(10_000_000_000);
                else
                    stream.RequestTransmit();
            })
            .OnTransmitDo(static (SecureStream stream, scoped ref SsTransmit tx) =>
            {
                tx.Buffer.Fill((byte)'x');
                tx.Commit(tx.Buffer.Length, SsTxFlags.None);
                stream.RequestTransmit();
                return SsTransmitResult.Send;
            }));
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{method} /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), Token);
        if (method == "GET")
        {
            // It is the same, and begins to come.
            var some = new byte[100_000];
            await socket.ReceiveAsync(some.AsMemory(), Token);
            Assert.Contains("Content-Length: 10000000000\r\n", Encoding.ASCII.GetString(some), StringComparison.Ordinal);
            return;
        }

        var answer = await ToEndAsync(socket);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(announced, answer.Contains("Content-Length: 10000000000\r\n", StringComparison.Ordinal));
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.Completed, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("PUT", true)]
    [InlineData("PATCH", true)]
    [InlineData("GET", false)]
    [InlineData("DELETE", false)]
    public async Task The_end_of_a_body_that_is_not_there_is_told_where_the_method_is_about_one(string method, bool told)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerTxn, stream =>
            {
                stream.ServerAck();
                if (!told)
                    stream.RequestTransmit(0);
            })
            .OnReceiveDo(static (stream, _, _) =>
            {
                stream.RequestTransmit(0);
                return SsResult.Continue;
            }));

        // Nothing announces a body, so there is none.
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(listener, $"{method} /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(told ? 1 : 0, handler.Events.Count(static one => one.Flags == (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage)));
    }

    [Theory]
    [InlineData("without a body")]
    [InlineData("with a body")]
    [InlineData("let go")]
    public async Task A_header_that_no_header_can_be_ends_the_stream_and_is_answered(string how)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerTxn, (SecureStream stream, in SsStateChange _) =>
            {
                stream.SetMetadata("x", "control \u0001 character");
                stream.ServerAck(201);
                if (how == "let go")
                    return SsResult.Disconnect;
                stream.RequestTransmit(how == "with a body" ? 3 : 0);
                return SsResult.Continue;
            })
            .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
            {
                tx.Commit(3, SsTxFlags.None);
                return SsTransmitResult.Send;
            }));
        var answer = await AskAsync(listener, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("control", answer, StringComparison.Ordinal);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        if (how != "let go")
            Assert.Equal(SsCauseCode.ProtocolError, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Fact]
    public async Task A_header_that_no_header_can_be_ends_an_upgrade_too()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"metadata\": [{ \"x\": \"x-answer:\" }] }");
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerTxn, static stream => stream.SetMetadata("x", "control \u0001 character")));
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8.ToArray(), Token);
        var answer = new byte[1000];
        var count = await socket.ReceiveAsync(answer.AsMemory(), Token).AsTask().OrFail(static () => "Nothing is answered.");
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.StartsWith("HTTP/1.1 500 ", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
        Assert.Equal(SsCauseCode.ProtocolError, handler.CauseOf(SsState.Disconnected).Code);
        Assert.DoesNotContain("ServerUpgrade", handler.Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_carries_one_stream_after_the_other_and_forgets_what_was_said_before()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerTxn, static stream =>
        {
            stream.ServerAck();
            stream.SetMetadata("x", stream.GetMetadata("path")!);
            stream.RequestTransmit(0);
        }));
        var answers = await AskAsync(listener, "GET /one HTTP/1.1\r\nHost: h\r\n\r\nGET /two HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        Assert.Contains("x-answer: /one\r\n", answers, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-answer: /two\r\n", answers, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, bench.Accepted.Count);
        Assert.Equal(2, bench.Streams.Select(static one => one.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_client_that_goes_midway_ends_its_stream_with_a_reason()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen();
        using (var socket = await ServerBench.ConnectAsync(listener))
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nhalf"), Token);
            await (await bench.AcceptedAsync()).WaitForAsync(static one => one.ReceivedLength == 4);
            socket.LingerState = new LingerOption(true, 0);
        }

        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.ConnectionReset, handler.CauseOf(SsState.Disconnected).Code);
        Assert.DoesNotContain(handler.Events, static one => one.Flags.HasFlag(SsRxFlags.EndOfMessage));
    }

    [Fact]
    public async Task A_client_that_ends_its_side_has_given_its_request_up()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray(), Token);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerTxn);
        socket.Shutdown(SocketShutdown.Send);
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.ConnectionReset, handler.CauseOf(SsState.Disconnected).Code);
        Assert.Equal("", await ToEndAsync(socket));
    }

    [Fact]
    public async Task An_answer_that_is_cut_short_does_not_pass_for_a_whole_one()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: static handler =>
        {
            var calls = 0;
            handler.OnStateDo(SsState.ServerTxn, static stream =>
            {
                stream.ServerAck();
                stream.RequestTransmit();
            });
            handler.OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
            {
                if (++calls > 1)
                    return SsTransmitResult.Disconnect;
                tx.Commit(100, SsTxFlags.StartOfMessage);
                stream.RequestTransmit();
                return SsTransmitResult.Send;
            });
        });
        var answer = await AskAsync(listener, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.DoesNotContain("\r\n0\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_stream_slows_its_client_and_loses_nothing()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Listen(setup: static handler => handler
            .OnStateDo(SsState.ServerTxn, static stream => stream.PauseReceive())
            .OnReceiveDo(static (stream, _, flags) =>
            {
                if (flags.HasFlag(SsRxFlags.EndOfMessage))
                {
                    stream.ServerAck();
                    stream.RequestTransmit(0);
                }

                return SsResult.Continue;
            }));
        var body = new byte[20_000_000];
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n"), Token);
        var sending = Task.Run(async () =>
        {
            for (var sent = 0; sent < body.Length;)
                sent += await socket.SendAsync(body.AsMemory(sent, Math.Min(100_000, body.Length - sent)), Token);
        }, Token);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerTxn);
        Assert.Equal(0, handler.ReceivedLength);
        Assert.False(sending.IsCompleted);
        bench.Streams.Single().ResumeReceive();
        await sending.OrFail(static () => "The body is not taken.");
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(body.Length, handler.ReceivedLength);
        Assert.True(handler.Violations.Count == 0);
    }

    [Fact]
    public async Task The_end_of_a_body_is_not_lost_on_a_stream_that_pauses_before_it_comes()
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"u8.ToArray(), Token);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForAsync(static one => one.ReceivedLength == 3);
        var stream = bench.Streams.Single();
        stream.PauseReceive();
        await socket.SendAsync("0\r\n\r\n"u8.ToArray(), Token);

        // Time enough for the end to arrive: another request does meanwhile.
        using (var other = await ServerBench.ConnectAsync(listener))
        {
            await other.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
            await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.ServerTxn);
            bench.Streams.Last().Disconnect();
            await ToEndAsync(other);
        }

        stream.ResumeReceive();
        await handler.WaitForAsync(static one => one.Events.Any(static e => e.Flags.HasFlag(SsRxFlags.EndOfMessage)));
        stream.ServerAck();
        stream.RequestTransmit(0);
        Assert.StartsWith("HTTP/1.1 200 OK", await ToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_of_one_connection_do_not_end_each_other()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"h2\", \"endpoint\": \"127.0.0.1\", \"metadata\": [{ \"path\": \"\" }] }");
        bench.Log.Allow("the handler threw");
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerTxn, static stream =>
        {
            if (stream.GetMetadata("path") == "/bad")
                throw new InvalidOperationException("mine");
            stream.ServerAck(stream.GetMetadata("path") == "/first" ? 201 : 202);
            if (stream.GetMetadata("path") != "/first")
                stream.RequestTransmit(0);
        }));
        using var client = new HttpClient { DefaultRequestVersion = System.Net.HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var root = new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}/");
        var first = client.GetAsync(new Uri(root, "first"), Token);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerTxn);
        using var bad = await client.GetAsync(new Uri(root, "bad"), Token);
        using var good = await client.GetAsync(new Uri(root, "good"), Token);
        Assert.Equal((500, 202), ((int)bad.StatusCode, (int)good.StatusCode));
        bench.Streams.First().RequestTransmit(0);
        using var answer = await first.OrFail(static () => "The first is not answered.");
        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal(1, ((ServerListener)listener).Connections);
    }

    private static string Essence(string answer)
    {
        var lines = answer.Split("\r\n");
        return $"{lines[0][..12]}|{string.Join('|', lines.Where(static line => line.StartsWith("x-", StringComparison.OrdinalIgnoreCase)).Select(static line => "X-Answer" + line[8..]))}|{lines[^1]}";
    }
}
