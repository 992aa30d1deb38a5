using System.Net;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>An HttpClient over a streamtype: what goes on the wire, and whose connections carry it.</summary>
public sealed class ClientRequestTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1", "HTTP/1.1")]
    [InlineData("h1s", "HTTP/1.1")]
    [InlineData("h2", "HTTP/2")]
    [InlineData("h2c", "HTTP/2")]
    public async Task Endpoint_protocol_trust_and_headers_are_the_policys_and_the_rest_is_the_requests(string kind, string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, kind, "\"http_url\": \"headers/${zone}\", \"metadata\": [{ \"zone\": \"\" }, { \"who\": \"X-Who:\" }]");
        using var client = bench.Context.CreateHttpClient("api", new Dictionary<string, string> { ["zone"] = "a b", ["who"] = "all" });

        var text = await client.GetStringAsync("below/there?x=1", Token);
        Assert.StartsWith($"GET /headers/a%20b/below/there?x=1 {protocol}\n", text, StringComparison.Ordinal);
        Assert.Contains("X-Who: all\n", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Host: 127.0.0.1:", text, StringComparison.OrdinalIgnoreCase);

        // Values and headers of one request count more; the request itself stays what the caller made.
        using var request = new HttpRequestMessage(HttpMethod.Options, "x").SetStreamMetadata("zone", "c").SetStreamMetadata("zone", "d");
        request.Headers.Add("X-Who", "me");
        using var response = await client.SendAsync(request, Token);
        text = await response.Content.ReadAsStringAsync(Token);
        Assert.StartsWith($"OPTIONS /headers/d/x {protocol}\n", text, StringComparison.Ordinal);
        Assert.Contains("X-Who: me\n", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("all", text, StringComparison.Ordinal);
        Assert.Same(request, response.RequestMessage);
        Assert.DoesNotContain("127.0.0.1", request.RequestUri!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_blobs_fill_are_on_its_requests_too_and_a_missing_token_is_told()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, "h1", "\"http_url\": \"headers\", \"http_auth_header\": \"Authorization:\", \"http_auth_preamble\": \"Bearer \"");
        using var client = bench.Context.CreateHttpClient("api");

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("", Token));
        Assert.Equal(SsCauseCode.BlobMissing, bench.CauseOf(error).Cause.Code);

        bench.Context.Blobs.Write(SsBlobNames.Auth(0), "geheim"u8);
        Assert.Contains("Authorization: Bearer geheim\n", await client.GetStringAsync("", Token), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("h1", "content-length")]
    [InlineData("h2", "content-length")]
    [InlineData("h1-no-length", "chunked")]
    public async Task Bodies_go_with_their_own_headers(string kind, string framing)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, kind.Split('-')[0], $"\"http_no_content_length\": {(kind.EndsWith("length", StringComparison.Ordinal) ? "true" : "false")}, \"http_www_form_urlencoded\": true");
        using var client = bench.Context.CreateHttpClient("api");
        var bytes = new byte[100_000];
        DeterministicBytes.Fill(bytes, 0);

        using var content = new ByteArrayContent(bytes);
        using var hash = await client.PostAsync("hash", content, Token);
        Assert.Equal($"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))} 100000 {framing}", await hash.Content.ReadAsStringAsync(Token));
        Assert.Equal("application/x-www-form-urlencoded", host.Requests[0].Header("Content-Type"));

        using var text = new StringContent("a=1", System.Text.Encoding.UTF8, "text/plain");
        using var mirror = await client.PutAsync("mirror", text, Token);
        Assert.Equal("a=1", await mirror.Content.ReadAsStringAsync(Token));
        Assert.Equal("text/plain; charset=utf-8", host.Requests[1].Header("Content-Type"));
    }

    [Fact]
    public async Task An_address_of_the_endpoint_itself_is_taken_as_it_stands_and_one_of_another_host_refused()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, "h1", "\"http_url\": \"/headers\"");
        using var client = bench.Context.CreateHttpClient("api");
        Assert.Equal("status 202", await client.GetStringAsync($"http://127.0.0.1:{host.HttpPort}/status/202", Token));

        foreach (var elsewhere in new[] { "http://example.com/headers", $"https://127.0.0.1:{host.HttpPort}/", $"http://me@127.0.0.1:{host.HttpPort}/", "http://secure-stream.invalid:81/" })
        {
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(elsewhere, Token));
            var (cause, detail) = bench.CauseOf(error);
            Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, 1), (cause.Phase, cause.Code, cause.Attempt));
            Assert.Contains("give the request a path and query alone", detail.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Single(host.Requests);
    }

    [Fact]
    public async Task A_server_that_is_not_trusted_gets_no_byte_of_a_request()
    {
        await using var host = await KestrelTestHost.StartAsync();
        foreach (var kind in new[] { "h1s", "h2" })
        {
            await using var bench = new ClientBench(ClientBench.Attributes(host, kind, trust: "wrong"));
            using var client = bench.Context.CreateHttpClient("api");
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("bytes/1", Token));
            Assert.Equal(HttpRequestError.SecureConnectionError, error.HttpRequestError);
            var (cause, detail) = bench.CauseOf(error);
            Assert.Equal((SsPhase.Tls, SsCauseCode.CertificateUntrusted, SsNextAction.None), (cause.Phase, cause.Code, cause.NextAction));
            Assert.Contains("127.0.0.1", detail.Endpoint, StringComparison.Ordinal);
            Assert.Equal("api.tls_trust_store", detail.Policy!.Attribute);
            Assert.DoesNotContain("127.0.0.1", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task Clients_and_streams_of_a_context_share_connections()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, "h2", "\"http_method\": \"GET\", \"http_url\": \"/bytes/5\"");
        using (var first = bench.Context.CreateHttpClient("api"))
            Assert.Equal(5, (await first.GetByteArrayAsync("", Token)).Length);
        using var second = bench.Context.CreateHttpClient("api");
        Assert.Equal(5, (await second.GetByteArrayAsync("", Token)).Length);
        var handler = new RecordingHandler();
        await using var stream = bench.Context.Create("api", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(3, host.Requests.Count);
        Assert.Equal(1, host.H2.Accepted);
    }

    [Fact]
    public async Task The_next_request_takes_a_change_of_policy()
    {
        await using var here = await KestrelTestHost.StartAsync();
        await using var there = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(here, "h1", "\"metadata\": [{ \"who\": \"X-Who:\" }]");
        using var client = bench.Context.CreateHttpClient("api", new Dictionary<string, string> { ["who"] = "me" });
        Assert.Contains("X-Who: me", await client.GetStringAsync("headers", Token), StringComparison.Ordinal);

        bench.Context.ApplyOverlay($$"""{ "s": [{ "api": { "port": {{there.H2Port}}, "protocol": "h2", "tls": true, "tls_trust_store": "main", "metadata": null } }] }""", "move");
        Assert.DoesNotContain("me", await client.GetStringAsync("headers", Token), StringComparison.Ordinal);
        Assert.Equal("HTTP/2", Assert.Single(there.Requests).Protocol);

        bench.Context.ApplyOverlay("""{ "s": [{ "api": { "protocol": "raw" } }] }""", "move");
        Assert.Equal(SsCauseCode.NotSupported, (await CauseAsync()).Code);
        bench.Context.ApplyOverlay("""{ "s": [{ "api": null }, { "other": { "endpoint": "127.0.0.1", "port": 1, "protocol": "h1" } }] }""", "move").EnsureNotRefused();
        Assert.Equal(SsCauseCode.StreamTypeRemoved, (await CauseAsync()).Code);

        bench.Context.RemoveOverlay("move");
        Assert.Contains("X-Who: me", await client.GetStringAsync("headers", Token), StringComparison.Ordinal);

        async Task<SsCause> CauseAsync() => bench.CauseOf(await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("headers", Token))).Cause;
    }

    [Fact]
    public async Task Redirects_are_the_callers_unless_the_policy_says_to_follow_or_to_fail()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var other = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, "h1");
        using var client = bench.Context.CreateHttpClient("api");
        using (var response = await client.GetAsync("redirect/1?to=/headers", Token))
            Assert.Equal(HttpStatusCode.Found, response.StatusCode);

        bench.Context.ApplyOverlay("""{ "s": [{ "api": { "allow_redirects": true } }] }""");
        Assert.StartsWith("GET /headers ", await client.GetStringAsync("redirect/2?to=/headers", Token), StringComparison.Ordinal);

        // The body goes again, and is not invented.
        using var twice = await client.PostAsync("redirect/1?code=307&to=/mirror", new StringContent("body"), Token);
        Assert.Equal("body", await twice.Content.ReadAsStringAsync(Token));
        using var stays = await client.PostAsync("redirect/1?code=307&to=/mirror", new StreamContent(new MemoryStream([1])), Token);
        Assert.Equal(HttpStatusCode.TemporaryRedirect, stays.StatusCode);
        using var becomes = await client.PostAsync("redirect/1?code=303&to=/headers", new StringContent("body"), Token);
        Assert.StartsWith("GET /headers ", await becomes.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);

        // Credentials stay with the origin that they were meant for.
        using var request = new HttpRequestMessage(HttpMethod.Get, $"redirect-to?url={Uri.EscapeDataString($"http://127.0.0.1:{other.HttpPort}/headers")}");
        request.Headers.Add("Authorization", "Bearer secret");
        request.Headers.Add("X-Plain", "kept");
        using var strange = await client.SendAsync(request, Token);
        var seen = await strange.Content.ReadAsStringAsync(Token);
        Assert.Contains("X-Plain: kept", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", seen, StringComparison.Ordinal);

        Assert.Equal(SsCauseCode.RedirectLimit, await CodeAsync("redirect/9"));
        bench.Context.ApplyOverlay("""{ "s": [{ "api": { "http_fail_redirect": true } }] }""");
        Assert.Equal(SsCauseCode.RedirectRefused, await CodeAsync("redirect/1"));

        async Task<SsCauseCode> CodeAsync(string path)
        {
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(path, Token));
            Assert.Equal(HttpStatusCode.Found, error.StatusCode);
            return bench.CauseOf(error).Cause.Code;
        }
    }

    [Fact]
    public async Task What_cannot_carry_a_client_is_refused_when_the_client_is_made()
    {
        await using var context = SsContext.FromJson("""
            { "s": [{ "api": { "endpoint": "a.test", "protocol": "h1" }, "feed": { "endpoint": "a.test", "protocol": "ws" }, "srv": { "server": true, "port": 0, "protocol": "h1" } }] }
            """);
        Assert.Contains("did you mean 'api'", Refusal("apo"), StringComparison.Ordinal);
        Assert.Contains("protocol 'ws'", Refusal("feed"), StringComparison.Ordinal);
        Assert.Contains("is a server", Refusal("srv"), StringComparison.Ordinal);
        Assert.Throws<SsMetadataException>(() => context.CreateHttpHandler("api", new Dictionary<string, string> { ["who"] = "me" }));
        using var client = context.CreateHttpClient("api");
        await Assert.ThrowsAsync<SsMetadataException>(() => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "").SetStreamMetadata("who", "me"), Token));
        await context.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => context.CreateHttpHandler("api"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetAsync("", Token)).OrFail(static () => "The request does not end.");

        string Refusal(string streamType) => Assert.Throws<SsPolicyException>(() => context.CreateHttpHandler(streamType)).Message;
    }
}
