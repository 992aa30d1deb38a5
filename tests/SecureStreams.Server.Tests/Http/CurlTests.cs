using System.Security.Cryptography;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Http;

/// <summary>HTTP streamtypes against curl: both versions, in TLS and in the clear, and bodies of every kind.</summary>
public sealed class CurlTests : IDisposable
{
    private const string Metadata = """
        "metadata": [{ "method": "" }, { "path": "" }, { "query": "" }, { "arg": "" }, { "agent": "user-agent:" }, { "mime": "content-type:" }]
        """;

    private static readonly long LargeBytes = (Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 256L : 8) << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("ss-http-").FullName;

    public static TheoryData<string, bool, string> Ways => new()
    {
        { "h1", false, "--http1.1" },
        { "h1", true, "--http1.1" },
        { "h1", true, "--http2" },
        { "h2", false, "--http2-prior-knowledge" },
        { "h2", false, "--http1.1" },
        { "h2", true, "--http2" },
        { "h2", true, "--http1.1" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_request_is_answered_with_its_metadata(string protocol, bool tls, string version)
    {
        await using var bench = Bench(protocol, tls);
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        var (exit, output, said) = await Curl.RunAsync([version, .. To(bench, tls), "-i", "-A", "me", Url(listener, tls, "/a%20b/c?arg=x%26y&method=PUT&path=/admin&other=1")]);
        Assert.True(exit == 0, said);
        var expected = protocol == "h2" && version != "--http1.1" ? "HTTP/2 200" : "HTTP/1.1 200 OK";
        Assert.StartsWith(expected, output, StringComparison.Ordinal);
        Assert.Contains("content-type: text/plain\r\n", output, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("GET /a b/c?arg=x%26y&method=PUT&path=/admin&other=1 arg=x&y agent=me\n", output, StringComparison.Ordinal);
        Assert.Contains("content-length: ", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("server:", output, StringComparison.OrdinalIgnoreCase);
        await Poll.UntilAsync(() => listener.Streams.Count == 0, static () => "The stream stays.");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_body_comes_back_as_it_was_sent(string protocol, bool tls, string version)
    {
        await using var bench = Bench(protocol, tls);
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        var body = DeterministicBytes.Make(1_000_000);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "body"), body, TestContext.Current.CancellationToken);
        foreach (var more in new string[][] { [], ["-H", "Transfer-Encoding: chunked"], ["-H", "Expect: 100-continue"] })
        {
            if (version != "--http1.1" && protocol == "h2" && more is [_, "Transfer-Encoding: chunked"])
                continue;
            var (exit, output, said) = await Curl.RunAsync([version, .. To(bench, tls), "-v", "--data-binary", "@" + Path.Combine(_folder, "body"), .. more, Url(listener, tls, "/echo")]);
            Assert.True(exit == 0, said);
            Assert.Equal(SHA256.HashData(body), SHA256.HashData(System.Text.Encoding.Latin1.GetBytes(output)));
            if (more is [_, "Expect: 100-continue"])
                Assert.Matches("< HTTP/(1.1|2) 100", said);
            if (version == "--http1.1")
                Assert.Contains("transfer-encoding: chunked", said, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("h1", "--http1.1")]
    [InlineData("h1", "--http1.1", "-H", "Transfer-Encoding: chunked")]
    [InlineData("h1", "--http1.1", "-H", "Expect: 100-continue")]
    [InlineData("h2", "--http2-prior-knowledge")]
    [InlineData("h2", "--http2-prior-knowledge", "-H", "Expect: 100-continue")]
    public async Task A_large_upload_arrives_whole_through_small_buffers(string protocol, string version, params string[] more)
    {
        var length = LargeBytes;
        await using var bench = Bench(protocol, tls: false);
        var received = 0L;
        await using var listener = bench.Listen(setup: handler => handler
            .OnReceiveDo((stream, payload, flags) =>
            {
                received += payload.Length;
                if (flags.HasFlag(SsRxFlags.EndOfMessage))
                {
                    stream.ServerAck(201);
                    stream.RequestTransmit(0);
                }

                return SsResult.Continue;
            }), keep: false);
        await using (var file = new FileStream(Path.Combine(_folder, "large"), FileMode.CreateNew))
            file.SetLength(length);
        using var curl = Curl.Start([version, "--max-time", "600", .. more, "-T", Path.Combine(_folder, "large"), "-w", "%{http_code}", Url(listener, tls: false, "/up")]);
        var (exit, output, said) = await Curl.EndAsync(curl, () => $"{received} of {length} bytes have arrived in {bench.Accepted.Single().Events.Count} pieces; {bench.Streams.Single().Explain()}");
        Assert.True(exit == 0, said);
        Assert.Equal("201", output);
        Assert.Equal(length, received);
    }

    [Theory]
    [InlineData("h1", "--http1.1")]
    [InlineData("h2", "--http2-prior-knowledge")]
    public async Task A_client_that_gives_up_midway_ends_its_own_stream_with_a_reason(string protocol, string version)
    {
        await using var bench = Bench(protocol, tls: false);
        await using var listener = bench.Listen();
        await using (var file = new FileStream(Path.Combine(_folder, "slow"), FileMode.CreateNew))
            file.SetLength(1 << 20);
        using var curl = Curl.Start(version, "--limit-rate", "20000", "-T", Path.Combine(_folder, "slow"), Url(listener, tls: false, "/up"));
        var handler = await bench.AcceptedAsync();
        await handler.WaitForAsync(static one => one.ReceivedLength > 0);
        curl.Kill();
        await handler.WaitForStateAsync(SsState.Destroying);

        // An end in the middle, or a reset, as the operating system has it.
        Assert.Contains(handler.CauseOf(SsState.Disconnected).Code, new[] { SsCauseCode.ConnectionReset, SsCauseCode.PayloadTruncated });
        await curl.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_shows_a_certificate_is_known_by_it_and_one_without_is_not_served()
    {
        using var authority = TestSupport.Certificates.TestAuthority.Create("Clients");
        using var client = authority.Issue("client-one");
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "h2", "endpoint": "127.0.0.1", {{ServerBench.Tls}}, "tls_client_auth": "require", "tls_client_trust_store": "clients",
              "metadata": [{ "method": "" }, { "path": "" }, { "arg": "" }, { "agent": "" }, { "query": "" }, { "mime": "content-type:" }], "metadata_from_connection": [{ "arg": "peer_cert_subject" }, { "agent": "alpn" }] }
            """, more: $"{{ \"clientca\": \"{authority.Base64Der}\" }}", stores: "{ \"clients\": [\"clientca\"] }");
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        var (certificate, key) = client.WritePem(_folder, "client");
        var (exit, output, said) = await Curl.RunAsync([.. To(bench, tls: true), "--cert", certificate, "--key", key, Url(listener, tls: true, "/?arg=forged")]);
        Assert.True(exit == 0, said);
        Assert.Equal("GET /?arg=forged arg=CN=client-one, O=SecureStreams tests agent=h2\n", output);
        (exit, _, _) = await Curl.RunAsync([.. To(bench, tls: true), Url(listener, tls: true, "/")]);
        Assert.NotEqual(0, exit);
        await Poll.UntilAsync(() => bench.Context.Diagnostics.Recent().Any(static one => one.Message.Contains("tls_client_auth requires one", StringComparison.Ordinal)), static () => "The refusal is not told.");
    }

    [Fact]
    public async Task Head_and_answers_without_a_body_say_what_they_should()
    {
        await using var bench = Bench("h1", tls: false);
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        var (exit, output, said) = await Curl.RunAsync("-I", "-A", "me", Url(listener, tls: false, "/x"));
        Assert.True(exit == 0, said);
        Assert.Contains("Content-Length: 23\r\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", output, StringComparison.Ordinal);
    }

    private static ServerBench Bench(string protocol, bool tls) => new($$"""
        "srv": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1"{{(tls ? ", " + ServerBench.Tls : "")}}, {{Metadata}} }
        """);

    private static string Url(SsListener listener, bool tls, string path) => $"{(tls ? "https" : "http")}://localhost:{ServerBench.PortOf(listener)}{path}";

    private string[] To(ServerBench bench, bool tls)
    {
        if (!tls)
            return ["-4"];
        var path = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(path, bench.Authority.Pem);
        return ["-4", "--cacert", path];
    }
}
