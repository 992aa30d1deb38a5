using System.Net;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>When a request of an HttpClient is sent again, and what its caller learns.</summary>
public sealed class ClientRetryTests
{
    private const string Retry = "\"protocol\": \"h1\", \"retry\": \"twice\"";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_dead_endpoint_is_tried_as_the_policy_says_and_then_the_cause_is_told(string method)
    {
        using var port = new DeadPort();
        await using var bench = new ClientBench(ClientBench.At(port.Number, Retry));
        using var client = bench.Context.CreateHttpClient("api");
        using var request = new HttpRequestMessage(new HttpMethod(method), "x") { Content = method == "POST" ? new StreamContent(new MemoryStream([1])) : null };
        var sending = client.SendAsync(request, Token);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await bench.PassAsync(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => sending).OrFail(static () => "The request does not end.");
        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
        Assert.Equal("The request over streamtype 'api' failed: " + error.InnerException!.Message + ".", error.Message);
        var (cause, detail) = bench.CauseOf(error);
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused, 3, false), (cause.Phase, cause.Code, cause.Attempt, cause.Concealed));
        Assert.Equal(SsState.AllRetriesFailed, detail.State);
        Assert.Single(detail.Candidates);
        Assert.Equal("api.port", detail.Policy!.Attribute);

        var before = bench.Context.Diagnostics.Recent().Where(one => one.Id < detail.Id).ToList();
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], before.Select(static one => one.Cause.NextDelay));
        Assert.All(before, static one => Assert.Equal((SsState.Unreachable, true), (one.State, one.Cause.Concealed)));
    }

    [Fact]
    public async Task Without_a_retry_scheme_there_is_one_attempt()
    {
        using var port = new DeadPort();
        await using var bench = new ClientBench(ClientBench.At(port.Number));
        using var client = bench.Context.CreateHttpClient("api");
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("x", Token));
        Assert.Equal(1, bench.CauseOf(error).Cause.Attempt);
    }

    [Fact]
    public async Task The_next_attempt_takes_a_change_of_policy()
    {
        await using var host = await KestrelTestHost.StartAsync();
        using var port = new DeadPort();
        await using var bench = new ClientBench(ClientBench.At(port.Number, Retry));
        using var client = bench.Context.CreateHttpClient("api");
        var sending = client.GetByteArrayAsync("bytes/5", Token);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Context.ApplyOverlay($$"""{ "s": [{ "api": { "port": {{host.HttpPort}} } }] }""");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, (await sending.OrFail(static () => "The request does not end.")).Length);
    }

    [Theory]
    [InlineData("GET", "none", true)]
    [InlineData("PUT", "text", true)]
    [InlineData("DELETE", "none", true)]
    [InlineData("PUT", "stream", false)]
    [InlineData("POST", "text", false)]
    [InlineData("PATCH", "text", false)]
    public async Task A_request_that_may_have_arrived_is_sent_again_only_if_twice_is_the_same_as_once(string method, string body, bool again)
    {
        await using var server = ScriptedServer.Start(
            static async (connection, stopping) =>
            {
                // All of it, so that closing afterwards is in order: the request has arrived, whatever became of it.
                var head = await connection.ReadHeadAsync(stopping);
                if (head.Contains("Content-Length: 4", StringComparison.OrdinalIgnoreCase))
                    await connection.ReadAsync(4, stopping);
                else
                    connection.Reset(); // A mere close, with no body that went, the platform mends by itself at once.
            },
            Scripts.Answer("done"));
        await using var bench = new ClientBench(ClientBench.At(server.Port, Retry));
        using var client = bench.Context.CreateHttpClient("api");
        using var request = new HttpRequestMessage(new HttpMethod(method), "x")
        {
            Content = body switch { "text" => new StringContent("body"), "stream" => new StreamContent(new MemoryStream("body"u8.ToArray())), _ => null },
        };
        var sending = client.SendAsync(request, Token);
        if (again)
        {
            await bench.PassAsync(TimeSpan.FromSeconds(1));
            using var response = await sending.OrFail(static () => "The request does not end.");
            Assert.Equal("done", await response.Content.ReadAsStringAsync(Token));
        }
        else
        {
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => sending).OrFail(static () => "The request does not end.");
            Assert.Equal(HttpRequestError.ResponseEnded, error.HttpRequestError);
            Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed, 1), (bench.CauseOf(error).Cause.Phase, bench.CauseOf(error).Cause.Code, bench.CauseOf(error).Cause.Attempt));
        }

        Assert.Equal(again ? 2 : 1, server.Counters.Accepted);
        Assert.Empty(server.ScriptFailures);
    }

    [Fact]
    public async Task Busy_is_waited_out_for_as_long_as_the_peer_asks_and_then_it_is_the_callers()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, "h1", "\"retry\": \"twice\"");
        using var client = bench.Context.CreateHttpClient("api");
        var sending = client.GetAsync("retry-after/7", Token);
        await bench.PassAsync(TimeSpan.FromSeconds(7));
        await bench.PassAsync(TimeSpan.FromSeconds(7));
        using (var response = await sending.OrFail(static () => "The request does not end."))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("later", await response.Content.ReadAsStringAsync(Token));
        }

        Assert.Equal(3, host.Requests.Count);
        Assert.Equal(1, host.Http.Accepted);
        Assert.Contains("later", bench.Context.Diagnostics.Recent()[0].PeerText, StringComparison.Ordinal);

        // What may have had its effect is not sent again behind the caller's back.
        using (var post = await client.PostAsync("retry-after/7?code=429", new StringContent("x"), Token))
            Assert.Equal(HttpStatusCode.TooManyRequests, post.StatusCode);
        bench.Context.ApplyOverlay("""{ "s": [{ "api": { "retry": null } }] }""");
        using (var get = await client.GetAsync("retry-after/7", Token))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, get.StatusCode);
        Assert.Equal(5, host.Requests.Count);
    }

    [Fact]
    public async Task A_cancelled_request_ends_at_once_wherever_it_is()
    {
        await using var host = await KestrelTestHost.StartAsync();
        foreach (var kind in new[] { "h1", "h2" })
        {
            await using var bench = new ClientBench(host, kind, "\"retry\": \"twice\"");
            using var client = bench.Context.CreateHttpClient("api");
            using var cancel = new CancellationTokenSource();
            var seen = host.Requests.Count;
            var sending = client.GetAsync("hang", cancel.Token);
            await Eventually(() => host.Requests.Count > seen);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending).OrFail(static () => "The request does not end.");
        }

        using var port = new DeadPort();
        await using var dead = new ClientBench(ClientBench.At(port.Number, Retry));
        using var waiting = dead.Context.CreateHttpClient("api");
        using var cancelWait = new CancellationTokenSource();
        var delayed = waiting.GetAsync("x", cancelWait.Token);
        await dead.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        await cancelWait.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delayed).OrFail(static () => "The request does not end.");
        Assert.Equal(cancelWait.Token, error.CancellationToken);
    }

    [Fact]
    public async Task A_context_that_ends_ends_requests_that_wait()
    {
        using var port = new DeadPort();
        await using var bench = new ClientBench(ClientBench.At(port.Number, Retry));
        using var client = bench.Context.CreateHttpClient("api");
        var sending = client.GetAsync("x", Token);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        await bench.Context.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending).OrFail(static () => "The request does not end.");
    }

    [Fact]
    public async Task Connecting_has_the_bound_of_the_policy()
    {
        await using var bench = new ClientBench(ClientBench.At(9, "\"protocol\": \"h1\", \"connect_timeout_ms\": 700"), new NeverConnected());
        using var client = bench.Context.CreateHttpClient("api");
        var sending = client.PostAsync("x", new StreamContent(new MemoryStream([1])), Token);
        await bench.PassAsync(TimeSpan.FromMilliseconds(700));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => sending).OrFail(static () => "The request does not end.");
        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (bench.CauseOf(error).Cause.Phase, bench.CauseOf(error).Cause.Code));
        Assert.Equal("api.connect_timeout_ms", bench.CauseOf(error).Detail.Policy!.Attribute);
    }

    [Fact]
    public async Task Requests_to_a_peer_that_fails_share_the_budget_of_the_governor()
    {
        using var port = new DeadPort();
        await using var bench = new ClientBench(ClientBench.At(port.Number), document: "\"governor_burst\": 1, \"governor_rate\": 60,");
        using var client = bench.Context.CreateHttpClient("api");

        // The first is free; once the peer is known to fail, one more at once, then one a second.
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("1", Token));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("2", Token));
        var third = client.GetAsync("3", Token);
        using var cancel = new CancellationTokenSource();
        var fourth = client.GetAsync("4", cancel.Token);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fourth);
        Assert.False(third.IsCompleted);
        Assert.Equal(2, bench.Context.Diagnostics.Recent().Count);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<HttpRequestException>(() => third).OrFail(static () => "The request does not end.");
    }

    [Fact]
    public async Task A_server_that_is_not_trusted_is_not_asked_again_soon()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(ClientBench.Attributes(host, "h2", "\"retry\": \"twice\"", trust: "wrong"));
        using var client = bench.Context.CreateHttpClient("api");
        var sending = client.GetAsync("x", Token);
        await bench.PassAsync(TimeSpan.FromSeconds(2));
        await bench.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpRequestError.SecureConnectionError, (await Assert.ThrowsAsync<HttpRequestException>(() => sending).OrFail(static () => "The request does not end.")).HttpRequestError);
    }

    private static async Task Eventually(Func<bool> isMet)
    {
        while (!isMet())
            await Task.Yield();
    }

    private sealed class NeverConnected : SsSocketDialer
    {
        public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Stream.Null;
        }
    }
}
