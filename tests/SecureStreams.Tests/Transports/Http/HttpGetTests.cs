using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpGetTests
{
    [Theory]
    [InlineData("h1")]
    [InlineData("h1s")]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task A_body_comes_between_connected_and_acknowledged(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/bytes/100"));

        Assert.Null(failure);
        Assert.Equal("connected rx-som rx-eom ack-200 closed", run.Story);
        Assert.Equal(DeterministicBytes.Make(100), run.Received);
        Assert.Equal([100, 0], run.PieceLengths);
    }

    [Theory]
    [InlineData("h1", "/no-body", "GET", "connected ack-200 closed")]
    [InlineData("h1", "/status/204", "GET", "connected ack-204 closed")]
    [InlineData("h2c", "/status/204", "GET", "connected ack-204 closed")]
    [InlineData("h2c", "/no-body", "GET", "connected ack-200 closed")]
    [InlineData("h1", "/bytes/100", "HEAD", "connected ack-200 closed")]
    [InlineData("h1", "/status/304", "GET", "connected nack-304 closed")]
    [InlineData("h1", "/status/404", "GET", "connected rx-som rx-eom nack-404 closed")]
    public async Task Without_a_body_nothing_is_received(string kind, string url, string method, string story)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, url, method));

        Assert.Null(failure);
        Assert.Equal(story, run.Story);
    }

    [Fact]
    public async Task A_refusal_says_what_was_expected_and_the_status_line()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/status/404"));
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerRefused, 404), (run.Refusal!.Phase, run.Refusal.Code, run.Refusal.Status));
        Assert.Equal("HTTP/1.1 404 Not Found: status 404", run.Refusal.PeerText);
        Assert.Equal($"http://127.0.0.1:{host.HttpPort}/status/404", run.Refusal.Endpoint);

        (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/status/200", more: "\"http_expect\": 204"));
        Assert.Equal("connected rx-som rx-eom nack-200 closed", run.Story);
        Assert.Equal("http_expect", run.Refusal!.Attribute);

        (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/status/404", more: "\"http_expect\": 404"));
        Assert.Equal("connected rx-som rx-eom ack-404 closed", run.Story);
    }

    [Fact]
    public async Task A_mapped_status_is_told_before_connected()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/status/404", more: "\"http_resp_map\": [{ \"530\": 1530 }, { \"404\": 1404 }]"));
        Assert.Equal("user-1404 connected rx-som rx-eom nack-404 closed", run.Story);
    }

    [Theory]
    [InlineData("/status/200", "", "user-1200 connected rx-som rx-eom ack-200 closed", null)]
    [InlineData("/redirect/2", "\"allow_redirects\": true", "connected rx-som rx-eom ack-200 closed", null)]
    [InlineData("/redirect/2?to=/status/200", "\"allow_redirects\": true", "user-1200 connected rx-som rx-eom ack-200 closed", null)]
    [InlineData("/redirect/2", "", "user-1302 closed", SsCauseCode.RedirectRefused)]
    [InlineData("/redirect-loop", "\"allow_redirects\": true", "user-1302 closed", SsCauseCode.RedirectLimit)]
    [InlineData("/retry-after/7", "", "user-1503 closed", SsCauseCode.PeerBusy)]
    [InlineData("/retry-after/7?code=429", "", "closed", SsCauseCode.PeerBusy)]
    [InlineData("/retry-after/7", "\"http_expect\": 503", "user-1503 connected rx-som rx-eom ack-503 closed", null)]
    public async Task A_mapped_status_is_told_once_whatever_becomes_of_the_answer(string url, string more, string story, SsCauseCode? code)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var map = url is "/redirect/2" && more.Length > 0 ? "[{ \"302\": 1302 }]" : "[{ \"200\": 1200, \"302\": 1302, \"503\": 1503 }]";
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", url, more: $"\"http_resp_map\": {map}{(more.Length > 0 ? ", " : "")}{more}"));
        Assert.Equal(story, run.Story);
        Assert.Equal(code, failure?.Code);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Ten_mebibytes_arrive_whole_in_pieces_of_at_most_16_KiB(string kind)
    {
        const int Length = 10 * 1024 * 1024;
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        foreach (var url in new[] { $"/bytes/{Length}", $"/bytes/{Length}?chunked=1" })
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, url));
            Assert.Null(failure);
            Assert.Equal("connected rx-som rx rx-eom ack-200 closed", run.Story);
            Assert.True(run.PieceLengths.Max() <= 16 * 1024);
            Assert.True(DeterministicBytes.Make(Length).AsSpan().SequenceEqual(run.Received));
        }
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h1s")]
    [InlineData("h2")]
    public async Task Transactions_in_turn_use_one_connection(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, kind, "/bytes/10");
        for (var i = 0; i < 10; i++)
            await bench.RunAsync(policy);

        // An equal policy of another document shares too.
        await bench.RunAsync(HttpBench.Policy(host, kind, "/bytes/10"));
        await bench.RunAsync(HttpBench.Policy(host, kind, "/status/404"));
        await bench.RunAsync(HttpBench.Policy(host, kind, "/no-body"));
        await bench.RunAsync(HttpBench.Policy(host, kind, "/bytes/10", "HEAD"));
        await bench.RunAsync(HttpBench.Policy(host, kind, "/retry-after/3"));
        await bench.RunAsync(policy);
        Assert.Equal(1, kind switch { "h1" => host.Http.Accepted, "h1s" => host.Https.Accepted, _ => host.H2.Accepted });
    }

    [Theory]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task Twenty_streams_share_one_h2_connection(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(host, kind, "/gate/all");
        var runs = Enumerable.Range(0, 20).Select(_ => bench.Start(policy)).ToList();
        await host.WaitForRequestAsync(_ => host.Requests.Count >= 20);
        host.OpenGate("all");
        foreach (var run in runs)
            Assert.Null(await run.EndAsync());
        Assert.Equal(1, (kind == "h2" ? host.H2 : host.H2c).Accepted);
    }

    [Theory]
    [InlineData("h1s")]
    [InlineData("h2")]
    public async Task Different_trust_shares_nothing(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var main = HttpBench.Policy(host, kind, "/bytes/10");
        var twin = HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": {(kind == "h2" ? host.H2Port : host.HttpsPort)}, \"protocol\": \"{kind[..2]}\", \"tls\": true, \"tls_trust_store\": \"twin\", \"http_method\": \"GET\", \"http_url\": \"/bytes/10\"");
        var wrong = HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": {(kind == "h2" ? host.H2Port : host.HttpsPort)}, \"protocol\": \"{kind[..2]}\", \"tls\": true, \"tls_trust_store\": \"wrong\", \"http_method\": \"GET\", \"http_url\": \"/bytes/10\"");
        Assert.Null((await bench.RunAsync(main)).Failure);
        Assert.Null((await bench.RunAsync(twin)).Failure);
        Assert.Equal(2, (kind == "h2" ? host.H2 : host.Https).Established);

        var (run, failure) = await bench.RunAsync(wrong);
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Tls, SsCauseCode.CertificateUntrusted), (failure!.Phase, failure.Code));
        Assert.Equal(2, host.Requests.Count);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task Paused_receiving_holds_the_rest_and_loses_nothing(string kind)
    {
        const int Length = 1024 * 1024;
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(host, kind, $"/bytes/{Length}"), paused: true);
        await run.WaitForAsync("connected");
        await bench.Clock.WaitForTimersAsync(1);
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("connected", run.Story);

        // Pauses itself after each piece; the test resumes.
        var pieces = new SemaphoreSlim(0);
        run.OnEvent = what =>
        {
            if (!what.StartsWith("rx", StringComparison.Ordinal))
                return;
            run.Transport.PauseReceiveOnMailbox(true);
            pieces.Release();
        };
        run.Pause(false);
        for (var i = 1; i <= 5; i++)
        {
            Assert.True(await pieces.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
            Assert.Equal(i, run.PieceLengths.Count);
            run.Pause(false);
        }

        Assert.True(await pieces.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        run.Post(() =>
        {
            run.OnEvent = null;
            run.Transport.PauseReceiveOnMailbox(false);
        });
        Assert.Null(await run.EndAsync());
        Assert.True(DeterministicBytes.Make(Length).AsSpan().SequenceEqual(run.Received));
    }
}
