using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpRedirectTests
{
    private const string Allow = "\"allow_redirects\": true";

    [Theory]
    [InlineData("h1", 301)]
    [InlineData("h1", 302)]
    [InlineData("h1", 303)]
    [InlineData("h1", 307)]
    [InlineData("h1", 308)]
    [InlineData("h2", 302)]
    public async Task A_get_is_followed_four_times(string kind, int code)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, $"/redirect/4?code={code}", more: Allow));
        Assert.Null(failure);
        Assert.Equal("connected rx-som rx-eom ack-200 closed", run.Story);
        Assert.Equal(1, kind == "h1" ? host.Http.Accepted : host.H2.Accepted);

        (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, $"/redirect/5?code={code}", more: Allow));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.RedirectLimit, code), (failure!.Phase, failure.Code, failure.Status));
    }

    [Theory]
    [InlineData("", "allow_redirects")]
    [InlineData("\"allow_redirects\": true, \"http_fail_redirect\": true", "http_fail_redirect")]
    public async Task Where_the_policy_does_not_allow_it_the_attempt_fails(string more, string attribute)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/redirect-to?code=302&url=http%3A%2F%2Fu%3Ap%40login.test%2Fportal%3Fsecret%3D1", more: more));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.RedirectRefused, 302, attribute), (failure!.Phase, failure.Code, failure.Status, failure.Attribute));
        Assert.Equal("HTTP/1.1 302 Found, to http://login.test:80/portal: moved", failure.PeerText);
    }

    [Fact]
    public async Task A_redirect_that_is_expected_is_the_response()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/redirect/1?code=302", more: Allow + ", \"http_expect\": 302"));
        Assert.Null(failure);
        Assert.EndsWith("ack-302 closed", run.Story, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", 301, "GET")]
    [InlineData("POST", 302, "GET")]
    [InlineData("POST", 303, "GET")]
    [InlineData("POST", 307, "POST")]
    [InlineData("POST", 308, "POST")]
    [InlineData("PUT", 301, "PUT")]
    [InlineData("PUT", 302, "PUT")]
    [InlineData("PUT", 303, "GET")]
    [InlineData("PATCH", 308, "PATCH")]
    public async Task Method_and_body_follow_the_status(string method, int code, string then)
    {
        await using var host = await KestrelTestHost.StartAsync();
        foreach (var kind in new[] { "h1", "h2" })
        {
            await using var bench = new HttpBench();
            var (run, failure) = await bench.RunAsync(
                HttpBench.Policy(host, kind, $"/redirect/1?code={code}&to=/hash", method, Allow + ", \"metadata\": [{ \"ctype\": \"content-type:\" }]"),
                run =>
                {
                    run.With("ctype", "text/plain").OnTransmit = Supply.Bytes(100_000);
                    run.OnEvent = what =>
                    {
                        if (what == "restarted")
                            run.OnTransmit = Supply.Bytes(100_000);
                    };
                },
                100_000);
            Assert.Null(failure);
            var last = host.Requests[^1];
            Assert.Equal((then, "/hash"), (last.Method, last.Target));
            var kept = then != "GET";
            Assert.Equal(kept ? $"{DeterministicBytes.Sha256(100_000)} 100000 content-length" : $"{DeterministicBytes.Sha256(0)} 0 none", run.ReceivedText);
            Assert.Equal(kept ? "text/plain" : null, last.Header("Content-Type"));
            Assert.Equal(kept ? 1 : 0, run.Events.Count(static one => one == "restarted"));
            Assert.Equal(kept ? 2 : 1, run.Events.Count(static one => one == "due"));
            if (kept)
                Assert.Equal(code, run.RestartReason!.Status);
        }
    }

    [Fact]
    public async Task Credentials_stay_with_the_origin_they_were_set_for()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        const string More = Allow + """
            , "metadata": [{ "bearer": "authorization:" }, { "jar": "Cookie:" }, { "api_key": "X-Fancy:" }, { "x": "X-Auth-Token:" }, { "v": "Host:" }, { "lang": "Accept-Language:" }]
            """;
        foreach (var (target, same) in new[] { ("/headers", true), ($"http://localhost:{host.HttpPort}/headers", false), ($"http://127.0.0.1:{host.HttpPort}/headers", true) })
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", $"/redirect-to?code=302&url={Uri.EscapeDataString(target)}", more: More), run => run
                .With("bearer", "Bearer s3cret").With("jar", "a=s3cret").With("api_key", "s3cret").With("x", "s3cret").With("v", "virtual.test").With("lang", "cy"));
            Assert.Null(failure);
            Assert.Equal(same, run.ReceivedText.Contains("s3cret", StringComparison.Ordinal));
            Assert.Equal(same, run.ReceivedText.Contains("Host: virtual.test", StringComparison.Ordinal));
            Assert.Contains("Accept-Language: cy", run.ReceivedText, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/redirect-to?code=302", false)]
    [InlineData("/redirect-to?code=302&url=ftp%3A%2F%2Fpeer.test%2F", false)]
    [InlineData("/redirect-to?code=302&url=http%3A%2F%2F%3A%3A%3A%2F", false)]
    [InlineData("/redirect-to?code=302&url=http%3A%2F%2F127.0.0.1%2F", true)]
    public async Task A_redirect_to_nowhere_or_out_of_TLS_is_invalid(string url, bool tls)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, tls ? "h1s" : "h1", url, more: Allow));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.RedirectInvalid), (failure!.Phase, failure.Code));
    }

    [Fact]
    public async Task From_plaintext_to_TLS_the_trust_store_of_the_streamtype_holds()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(
            host, "h1", $"/redirect-to?code=302&url={Uri.EscapeDataString($"https://127.0.0.1:{host.HttpsPort}/bytes/5")}", more: Allow + ", \"tls_trust_store\": \"main\""));
        Assert.Null(failure);
        Assert.Equal(DeterministicBytes.Make(5), run.Received);

        (run, failure) = await bench.RunAsync(HttpBench.Policy(
            host, "h1", $"/redirect-to?code=302&url={Uri.EscapeDataString($"https://127.0.0.1:{host.HttpsPort}/bytes/5")}", more: Allow + ", \"tls_trust_store\": \"wrong\""));
        Assert.Equal((SsPhase.Tls, SsCauseCode.CertificateUntrusted), (failure!.Phase, failure.Code));
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData("99999999", 99999999)]
    [InlineData("100000000", 99999999)]
    [InlineData("99999999999999999999999999", 99999999)]
    [InlineData("0000000000012", 12)]
    [InlineData("000000000000", 0)]
    [InlineData("1000000001x", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    public async Task Busy_peers_say_when_to_come_back(string value, int? seconds)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        foreach (var code in new[] { 503, 429 })
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", $"/retry-after/{value}?code={code}"));
            Assert.Equal("closed", run.Story);
            Assert.Equal((SsPhase.Peer, SsCauseCode.PeerBusy, code), (failure!.Phase, failure.Code, failure.Status));
            Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, failure.RetryAfter);
            Assert.StartsWith($"HTTP/1.1 {code} ", failure.PeerText, StringComparison.Ordinal);

            (run, failure) = await bench.RunAsync(HttpBench.Policy(host, "h1", $"/retry-after/{value}?code={code}", more: $"\"http_expect\": {code}"));
            Assert.Null(failure);
            Assert.EndsWith($"ack-{code} closed", run.Story, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_date_to_come_back_at_counts_from_the_peers_date_else_from_our_clock()
    {
        await using var bench = new HttpBench();
        var at = bench.Clock.GetUtcNow().AddSeconds(100);
        await using (var server = ScriptedServer.Start(Scripts.Answer(503, "later", $"Retry-After: {at:r}\r\n")))
        {
            var (_, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
            Assert.Equal(TimeSpan.FromSeconds(100), failure!.RetryAfter);
            Assert.Equal("HTTP/1.1 503 Scripted: later", failure.PeerText);
        }

        await using (var server = ScriptedServer.Start(Scripts.Answer(429, "", $"Date: {at.AddSeconds(-7):r}\r\nRetry-After: {at:r}\r\n")))
            Assert.Equal(TimeSpan.FromSeconds(7), (await bench.RunAsync(HttpBench.Policy(server.Port))).Failure!.RetryAfter);
        await using (var server = ScriptedServer.Start(Scripts.Answer(429, "", $"Date: {at.AddSeconds(7):r}\r\nRetry-After: {at:r}\r\n")))
            Assert.Equal(TimeSpan.Zero, (await bench.RunAsync(HttpBench.Policy(server.Port))).Failure!.RetryAfter);
    }
}
