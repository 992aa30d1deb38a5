using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using static SecureStreams.Server.Tests.Http.PlainClient;

namespace SecureStreams.Server.Tests.Http;

/// <summary>What travels before and behind bodies, both ways: metadata with headers, headers by their names, trailers.</summary>
public sealed class HttpHeaderTests
{
    private const string Metadata = """
        "metadata": [{ "sum": "x-sum:" }, { "late": "x-late:" }, { "plain": "x-plain:" }, { "none": "x-none:" }], "http_trailers": ["sum", "late", "none"]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1", "1.1")]
    [InlineData("h2", "2.0")]
    public async Task Trailers_of_a_request_are_read_at_its_end_and_those_of_the_answer_sent_at_its_own(string protocol, string version)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", {Metadata} }}");
        var seen = new List<string?>();
        var told = 0;
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerTxn, stream =>
            {
                seen.Add(stream.GetMetadata("sum"));
                stream.ServerAck();
                stream.SetMetadata("plain", "before");
            })
            .OnReceiveDo((stream, _, flags) =>
            {
                if (!flags.HasFlag(SsRxFlags.EndOfMessage))
                    return SsResult.Continue;
                seen.AddRange([stream.GetMetadata("sum"), stream.GetMetadata("plain"), stream.GetMetadata("none")]);
                stream.RequestTransmit();
                return SsResult.Continue;
            })
            .OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
            {
                told++;
                "part"u8.CopyTo(tx.Buffer);
                tx.Commit(4, told == 3 ? SsTxFlags.EndOfMessage : SsTxFlags.None);
                if (told == 3)
                    stream.SetMetadata("late", "after \u00e4");
                else
                    stream.RequestTransmit();
                return SsTransmitResult.Send;
            }));
        using var client = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{ServerBench.PortOf(listener)}/");
        request.Headers.TryAddWithoutValidation("x-sum", "forged");
        request.Headers.TryAddWithoutValidation("x-plain", "asked");
        if (version == "2.0")
        {
            // The platform's client sends no trailers, so that only what it receives is looked at here.
            request.Content = new StringContent("body");
        }
        else
        {
            request.Content = new StringContent("body");
            request.Headers.TransferEncodingChunked = true;
        }

        using var answer = await client.SendAsync(request, Token).OrFail(static () => "It is not answered.");
        Assert.Equal("partpartpart", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("before", answer.Headers.GetValues("x-plain").Single());
        Assert.False(answer.Headers.Contains("x-late"));
        Assert.Equal("x-sum, x-late, x-none", string.Join(", ", answer.Headers.GetValues("Trailer")));
        Assert.Equal("after \u00e4", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer.TrailingHeaders.GetValues("x-late").Single())));
        Assert.False(answer.TrailingHeaders.Contains("x-none"));

        // A header is no trailer, whatever it is called.
        Assert.Equal([null, null, "asked", null], seen);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Destroying);
    }

    [Fact]
    public async Task A_chunked_request_has_its_trailers_at_the_end_and_no_others()
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", {Metadata} }}");
        var seen = new List<string?>();
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerTxn, stream => seen.Add(stream.GetMetadata("sum")))
            .OnReceiveDo((stream, _, flags) =>
            {
                seen.AddRange([stream.GetMetadata("sum"), stream.GetMetadata("plain")]);
                if (flags.HasFlag(SsRxFlags.EndOfMessage))
                {
                    stream.ServerAck();
                    stream.RequestTransmit(0);
                }

                return SsResult.Continue;
            }));
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nx-plain: head\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"u8.ToArray(), Token);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForAsync(static one => one.ReceivedLength == 3);
        await socket.SendAsync("0\r\nX-Sum: 123\r\nX-Plain: from behind\r\n\r\n"u8.ToArray(), Token);
        Assert.StartsWith("HTTP/1.1 200 ", await ToEndAsync(socket), StringComparison.Ordinal);
        Assert.Equal([null, null, "head", "123", "head"], seen);
    }

    [Fact]
    public async Task So_has_a_request_over_http2()
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h2\", \"endpoint\": \"127.0.0.1\", {Metadata} }}");
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = bench.Listen(setup: handler => handler.OnReceiveDo((stream, _, flags) =>
        {
            if (flags.HasFlag(SsRxFlags.EndOfMessage))
                seen.TrySetResult(stream.GetMetadata("sum"));
            return SsResult.Continue;
        }));
        using var socket = await ServerBench.ConnectAsync(listener);

        // Preface, SETTINGS, HEADERS of POST http://h/, DATA, HEADERS of x-sum: 123 that end the stream (RFC 9113, RFC 7541).
        byte[] request =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0,
            0, 0, 6, 1, 4, 0, 0, 0, 1, 0x83, 0x86, 0x84, 0x41, 1, (byte)'h',
            0, 0, 3, 0, 0, 0, 0, 0, 1, .. "abc"u8,
            0, 0, 11, 1, 5, 0, 0, 0, 1, 0, 5, .. "x-sum"u8, 3, .. "123"u8,
        ];
        await socket.SendAsync(request, Token);
        Assert.Equal("123", await seen.Task.OrFail(static () => "The body does not end."));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK|Trailer: x-sum, x-late, x-none|Transfer-Encoding: chunked|4\r\nbody\r\n0\r\nx-sum: 1\r\n\r\n")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK|")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK|body")]
    [InlineData("GET /length HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "Content-Length: 4|HTTP/1.1 200 OK|body")]
    [InlineData("GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "HTTP/1.1 204 No Content|")]
    public async Task Answers_that_cannot_have_trailers_have_none(string request, string expected)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", \"metadata\": [{{ \"path\": \"\" }}, {{ \"sum\": \"x-sum:\" }}, {{ \"late\": \"x-late:\" }}, {{ \"none\": \"x-none:\" }}], \"http_trailers\": [\"sum\", \"late\", \"none\"] }}");
        await using var listener = bench.Listen(setup: static handler => handler
            .OnStateDo(SsState.ServerTxn, static stream =>
            {
                stream.ServerAck(stream.GetMetadata("path") == "/none" ? 204 : 200);
                stream.SetMetadata("sum", "1");
                if (stream.GetMetadata("path") == "/length")
                    stream.RequestTransmit(4);
                else
                    stream.RequestTransmit();
            })
            .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
            {
                "body"u8.CopyTo(tx.Buffer);
                tx.Commit(4, SsTxFlags.EndOfMessage);
                return SsTransmitResult.Send;
            }));
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Token);
        var answer = (await ToEndAsync(socket)).Split("\r\n\r\n", 2);
        var head = answer[0].Split("\r\n").Where(static line => line.StartsWith("HTTP", StringComparison.Ordinal) || line.StartsWith("T", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Content-L", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(expected, string.Join('|', head.Order(StringComparer.Ordinal)) + "|" + answer[1]);
    }

    [Theory]
    [InlineData("\"http_trailers\": [\"mime\"], \"metadata\": [{ \"mime\": \"content-type:\" }]", "has header 'content-type', which says how a message is to be taken")]
    [InlineData("\"http_trailers\": [\"who\"], \"metadata\": [{ \"who\": \"Authorization:\" }]", "has header 'Authorization'")]
    [InlineData("\"http_trailers\": [\"path\"], \"metadata\": [{ \"path\": \"\" }]", "has no header")]
    public async Task What_has_to_stand_before_a_body_is_refused_behind_it(string what, string problem)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", {what} }}");
        var error = Assert.Throws<SsPolicyException>(() => bench.Listen());
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains("policy(", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h1", "1.1")]
    [InlineData("h2", "2.0")]
    public async Task Headers_are_read_and_set_by_their_names_where_the_policy_lets_them(string protocol, string version)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", \"direct_proto_str\": true, \"metadata\": [{{ \"mime\": \"content-type:\" }}] }}");
        var seen = new List<string?>();
        var refused = new List<string>();
        await using var listener = bench.Listen(setup: handler => handler.OnStateDo(SsState.ServerTxn, stream =>
        {
            seen.AddRange([stream.GetMetadata("x-ask"), stream.GetMetadata("X-Ask:"), stream.GetMetadata("user-agent"), stream.GetMetadata("x-missing"), stream.GetMetadata("x-two")]);
            stream.ServerAck(203);
            stream.SetMetadata("x-answer:", "yes \u00e4");
            stream.SetMetadata("X-Other", "too");
            stream.SetMetadata("mime", "text/x");
            foreach (var (name, value) in new[] { ("content-length", "7"), ("transfer-encoding", "chunked"), ("x-forged", "a\r\nb: c"), ("not a name", "x") })
                refused.Add(Assert.Throws<SsMetadataException>(() => stream.SetMetadata(name, value)).Message);
            stream.RequestTransmit(0);
        }));
        using var client = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{ServerBench.PortOf(listener)}/");
        request.Headers.TryAddWithoutValidation("X-Ask", "question");
        request.Headers.TryAddWithoutValidation("User-Agent", "me");
        request.Headers.TryAddWithoutValidation("X-Two", ["one", "two"]);
        using var answer = await client.SendAsync(request, Token).OrFail(static () => "It is not answered.");
        Assert.Equal(203, (int)answer.StatusCode);
        Assert.Equal(["question", "question", "me", null, "one, two"], seen);
        Assert.Equal("yes \u00e4", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer.Headers.GetValues("x-answer").Single())));
        Assert.Equal("too", answer.Headers.GetValues("x-other").Single());
        Assert.Equal("text/x", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(4, refused.Count);
    }

    [Theory]
    [InlineData("h1", "1.1")]
    [InlineData("h2", "2.0")]
    public async Task A_request_may_be_answered_before_its_body_has_come(string protocol, string version)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\" }}");
        await using var listener = bench.Listen(setup: static handler => handler
            .OnStateDo(SsState.ServerTxn, static stream =>
            {
                stream.ServerAck(403);
                stream.RequestTransmit(5);
            })
            .OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
            {
                "early"u8.CopyTo(tx.Buffer);
                tx.Commit(5, SsTxFlags.EndOfMessage);
                return SsTransmitResult.Send;
            }));
        if (version == "1.1")
        {
            using var socket = await ServerBench.ConnectAsync(listener);
            await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nsome"u8.ToArray(), Token);
            var buffer = new byte[4096];
            var text = "";
            while (!text.EndsWith("early", StringComparison.Ordinal))
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(), Token).AsTask().OrFail(() => $"No answer: {text}");
                Assert.True(count > 0, text);
                text += Encoding.ASCII.GetString(buffer, 0, count);
            }

            Assert.StartsWith("HTTP/1.1 403 ", text, StringComparison.Ordinal);
            var handler = await bench.AcceptedAsync();
            await handler.WaitForStateAsync(SsState.Destroying);
            Assert.Equal(SsCauseCode.Completed, handler.CauseOf(SsState.Disconnected).Code);

            Assert.True((await bench.AcceptedAsync()).ReceivedLength <= 4);
            return;
        }

        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var body = new OpenContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{ServerBench.PortOf(listener)}/") { Content = body };
        var asking = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);

        // The platform's client waits for the content that it is given, also once it has its answer.
        var ended = await bench.AcceptedAsync();
        await ended.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.Completed, ended.CauseOf(SsState.Disconnected).Code);
        body.Release();
        using var answer = await asking.OrFail(static () => "It is not answered.");
        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Equal("early", await answer.Content.ReadAsStringAsync(Token).OrFail(static () => "The answer does not end."));
        using var next = await client.GetAsync(request.RequestUri, Token).OrFail(static () => "The connection does not serve on.");
        Assert.Equal(403, (int)next.StatusCode);
    }

    /// <summary>A body that begins, and ends when it is let go.</summary>
    private sealed class OpenContent : HttpContent
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("some"u8.ToArray());
            await stream.FlushAsync();
            await _released.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
