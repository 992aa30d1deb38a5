using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams serve</c>: what it listens on, how it ends, and what it does with what it cannot use.</summary>
public sealed class ServeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_received_comes_back_over_every_protocol()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1"), ServeHost.Server("two", "h2"), ServeHost.Server("feed", "raw")], "--trace");
        using var client = new HttpClient();
        using var posted = await client.PostAsync(host.Url("web", "/a?b"), JsonContent.Create("grüße"), Token);
        Assert.Equal((HttpStatusCode.OK, "application/json; charset=utf-8", "\"gr\\u00FC\\u00DFe\""), (posted.StatusCode, posted.Content.Headers.ContentType?.ToString(), await posted.Content.ReadAsStringAsync(Token)));
        Assert.Equal("", await client.GetStringAsync(host.Url("web", "/"), Token));
        Assert.Equal("raw as it is", await host.ConverseAsync("feed", "raw as it is"));

        using var two = new HttpRequestMessage(HttpMethod.Post, host.Url("two", "/")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(DeterministicBytes.Make(30_000)) };
        using var answer = await client.SendAsync(two, Token);
        Assert.Equal((HttpVersion.Version20, DeterministicBytes.Sha256(30_000)), (answer.Version, Convert.ToHexStringLower(SHA256.HashData(await answer.Content.ReadAsByteArrayAsync(Token)))));

        // Without a body, and nothing that announces one.
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await host.AskAsync("web", "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

        var result = (await host.StopAsync()).Exits(0);
        Assert.Matches(@"web #\d+ 127\.0\.0\.1:\d+ POST /a 200, 17 bytes received, 17 sent, \d+ ms\n", result.Errors);
        Assert.Matches(@"feed #\d+ 127\.0\.0\.1:\d+ connected\n", result.Errors);
        Assert.Matches(@"feed #\d+ 127\.0\.0\.1:\d+, 12 bytes received, 12 sent, \d+ ms", result.Errors);
        Assert.Matches(@"two #\d+ 127\.0\.0\.1:\d+ POST / 200, 30000 bytes received, 30000 sent, \d+ ms\n", result.Errors);
    }

    [Fact]
    public async Task A_body_that_is_announced_counts_with_any_method()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1", "\"metadata\": [{ \"transfer-encoding\": \"\" }, { \"content-length\": \"x-length:\" }]"), ServeHost.Server("two", "h2")]);
        foreach (var method in new[] { "DELETE", "REPORT", "GET", "PUT" })
        {
            foreach (var body in new[] { "Content-Length: 4\r\n\r\nbody", "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" })
            {
                var answer = await host.AskAsync("web", $"{method} / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{body}");
                Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
                Assert.Contains("body", answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..], StringComparison.Ordinal);
            }
        }

        foreach (var none in new[] { "", "Content-Length: 0\r\n" })
        {
            var answer = await host.AskAsync("web", $"DELETE / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{none}\r\n");
            Assert.Contains("\r\nContent-Length: 0\r\n", answer, StringComparison.Ordinal);
            Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        }

        using var client = new HttpClient();
        using var deletion = new HttpRequestMessage(HttpMethod.Delete, host.Url("two", "/")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent("body") };
        using var deleted = await client.SendAsync(deletion, Token);
        Assert.Equal("body", await deleted.Content.ReadAsStringAsync(Token));
        (await host.StopAsync()).Exits(0);
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Messages_come_back_as_they_were_sent(string protocol)
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("chat", protocol, "\"ws_subprotocol\": \"talk\"")], "--trace");
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("talk");
        await client.ConnectAsync(host.Url("chat", "/room", "ws"), Token);
        var buffer = new byte[100_000];
        foreach (var (type, payload) in new[] { (WebSocketMessageType.Text, "grüße"u8.ToArray()), (WebSocketMessageType.Binary, DeterministicBytes.Make(90_000)), (WebSocketMessageType.Text, []) })
        {
            await client.SendAsync(payload, type, endOfMessage: true, Token);
            var count = 0;
            WebSocketReceiveResult received;
            do
            {
                received = await client.ReceiveAsync(new ArraySegment<byte>(buffer, count, buffer.Length - count), Token).OrFail(static () => "No echo.");
                count += received.Count;
            }
            while (!received.EndOfMessage);

            Assert.Equal((type, Convert.ToHexString(payload)), (received.MessageType, Convert.ToHexString(buffer.AsSpan(0, count))));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        if (protocol != "ws")
        {
            using var plain = new HttpClient();
            using var answer = await plain.PostAsync(host.Url("chat", "/"), new StringContent("a request as well"), Token);
            Assert.Equal("a request as well", await answer.Content.ReadAsStringAsync(Token));
        }

        var result = (await host.StopAsync()).Exits(0);
        Assert.Matches(@"chat #\d+ 127\.0\.0\.1:\d+ connected\n", result.Errors);
        Assert.Matches(@"chat #\d+ 127\.0\.0\.1:\d+ GET /room, 90007 bytes received, 90007 sent, \d+ ms", result.Errors);
    }

    [Fact]
    public async Task Where_it_listens_is_all_that_standard_output_has()
    {
        using var directory = new TestDirectory();
        var unix = Path.Combine(directory.Path, "s");
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1"), $"\"feed\": {{ \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"+{unix}\" }}"]);
        using var json = JsonDocument.Parse(host.Line);
        Assert.Equal(1, json.RootElement.GetProperty("version").GetInt32());
        var listeners = json.RootElement.GetProperty("listeners").EnumerateArray().ToList();
        Assert.Equal(["web h1 False", "feed raw False"], listeners.Select(static one => $"{one.GetProperty("streamtype")} {one.GetProperty("protocol")} {one.GetProperty("tls").GetBoolean()}"));
        Assert.Equal(unix, listeners[1].GetProperty("end_points")[0].GetProperty("unix").GetString());
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(unix), Token);
        await socket.SendAsync("hi"u8.ToArray(), Token);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("hi", await ServeHost.ReadToEndAsync(socket));
        var result = (await host.StopAsync()).Exits(0);
        Assert.Equal("", result.Text);
        Assert.False(File.Exists(unix));
    }

    [Fact]
    public async Task Without_json_a_line_tells_each_place()
    {
        using var directory = new TestDirectory();
        directory.Add("policy.json", ServeHost.Policy(ServeHost.Server("feed", "raw", "\"tls\": true, \"server_cert\": \"own\", \"server_key\": \"ownkey\"")));
        await using var tool = Tool.Start(directory.Path, readOutput: false, "serve", "feed", "--policy", "policy.json");
        using var reader = new StreamReader(tool.Output, leaveOpen: true);
        Assert.Matches(@"^feed: raw over TLS at 127\.0\.0\.1:\d+$", await reader.ReadLineAsync(Token).AsTask().OrFail(() => tool.Errors));
        await Signals.SendAsync(tool, "INT");
        (await tool.WaitAsync()).Exits(0);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task The_first_signal_waits_for_what_is_under_way_and_the_second_does_not(string signal, int status)
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("feed", "raw")]);
        using var socket = await host.ConnectAsync("feed");
        await socket.SendAsync("x"u8.ToArray(), Token);
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1].AsMemory(), Token));

        await Signals.SendAsync(host.Tool, signal);
        await host.Tool.WaitForErrorsAsync(static text => text.Contains("note: ends when 1 stream has ended; another signal ends it at once", StringComparison.Ordinal));
        await TestPoll.UntilAsync(async () =>
        {
            try
            {
                using var late = await host.ConnectAsync("feed");
                return false;
            }
            catch (SocketException refused)
            {
                return refused.SocketErrorCode == SocketError.ConnectionRefused;
            }
        }, "It goes on listening.");
        await socket.SendAsync("y"u8.ToArray(), Token);
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1].AsMemory(), Token));

        await Signals.SendAsync(host.Tool, signal);
        var result = (await host.Tool.WaitAsync()).Exits(status);
        Assert.Matches(@"note: \d streams? (was|were) ended\n$", result.Errors);
    }

    [Fact]
    public async Task A_drain_ends_by_itself_when_all_is_done()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1")]);
        using var socket = await host.ConnectAsync("web");
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab"u8.ToArray(), Token);
        var head = new byte[512];
        await socket.ReceiveAsync(head.AsMemory(), Token);
        await Signals.SendAsync(host.Tool, "TERM");
        await host.Tool.WaitForErrorsAsync(static text => text.Contains("ends when 1 stream has ended", StringComparison.Ordinal));
        await socket.SendAsync("cd"u8.ToArray(), Token);
        Assert.Contains("cd", await ServeHost.ReadToEndAsync(socket), StringComparison.Ordinal);
        (await host.Tool.WaitAsync()).Exits(0);
    }

    [Fact]
    public async Task What_cannot_be_served_is_refused_with_its_reason()
    {
        using var directory = new TestDirectory();
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        directory.Add("policy.json", ServeHost.Policy(
            ServeHost.Server("web", "h1"),
            ServeHost.Server("feed", "raw"),
            "\"secured\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\", \"port\": 0, \"tls\": true, \"tls_cert_blob\": \"C\", \"tls_key_blob\": \"K\" }",
            string.Create(CultureInfo.InvariantCulture, $"\"taken\": {{ \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\", \"port\": {port} }}"),
            "\"sink\": { \"server\": true, \"local_sink\": true }",
            "\"page\": { \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", \"port\": 1 }"));

        async Task Refuses(int status, string reason, params string[] arguments)
        {
            var result = (await directory.RunAsync(["serve", "--policy", "policy.json", .. arguments])).Exits(status);
            Assert.Equal("", result.Text);
            Assert.Contains($"sstreams: error: {reason}", result.Errors, StringComparison.Ordinal);
        }

        await Refuses(2, "the policy has no streamtype 'wbe'; did you mean 'web'?\n", "wbe");
        await Refuses(2, "the policy has no streamtype 'tides'; of servers it has 'feed', 'secured', 'taken', 'web'\n", "tides");
        await Refuses(2, "streamtype 'page' is a client; sstreams serve takes server streamtypes (\"server\": true)\n", "web", "page");
        await Refuses(2, "streamtype 'sink' is a local sink", "sink");
        await Refuses(2, "--files: streamtype 'feed' is a server of raw; files are served over h1 and h2\n", "web", "feed", "--files", ".");
        await Refuses(2, "--files: absent is no folder that can be read\n", "web", "--files", "absent");
        await Refuses(2, "--exec: there is no program 'no-such-program' in PATH", "web", "--exec", "no-such-program -x");
        await Refuses(2, "--exec: ./policy.json is no program that can be run\n", "web", "--exec", "./policy.json");
        await Refuses(2, "--exec: a \" is not closed\n", "web", "--exec", "echo \"x");
        await Refuses(2, "", "secured");
        await Refuses(1, string.Create(CultureInfo.InvariantCulture, $"Streamtype 'taken' cannot listen on 127.0.0.1:{port}"), "web", "taken");
    }

    [Fact]
    public async Task Raw_tls_is_served_to_openssl()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("feed", "raw", "\"tls\": true, \"server_cert\": \"own\", \"server_key\": \"ownkey\"")], "--exec", "sh -c 'read line; echo got $line'");
        var (exit, output, said) = await OtherProgram.RunAsync("openssl", "a line\n"u8.ToArray(), "s_client", "-connect", host.EndPoint("feed").ToString(), "-quiet");
        Assert.True(exit == 0 && output == "got a line\n", said);
    }

    [Fact]
    public async Task Curl_uploads_over_both_versions()
    {
        using var directory = new TestDirectory();
        await File.WriteAllBytesAsync(directory["body.bin"], DeterministicBytes.Make(5_000_000, 3), Token);
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1"), ServeHost.Server("two", "h2")]);
        foreach (var (streamType, version) in new[] { ("web", "--http1.1"), ("two", "--http2-prior-knowledge") })
        {
            foreach (var how in new[] { "--data-binary", "-T" })
            {
                var file = how == "-T" ? directory["body.bin"] : "@" + directory["body.bin"];
                var (exit, status, said) = await OtherProgram.RunAsync("curl", [], "-sS", "--max-time", "60", version, how, file, "-o", directory["back.bin"], "-w", "%{http_code}", host.Url(streamType, "/").ToString());
                Assert.Equal((0, "200", ""), (exit, status, said));
                Assert.Equal(DeterministicBytes.Sha256(5_000_000, 3), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(directory["back.bin"], Token))));
            }
        }
    }
}
