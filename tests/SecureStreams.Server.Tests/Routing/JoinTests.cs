using System.Net;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Routing;

/// <summary>Streamtypes that share a listener: each is a listener of its own in all but the socket.</summary>
public sealed class JoinTests
{
    private const string Web = "\"web\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"127.0.0.1\", \"metadata\": [{ \"path\": \"\" }, { \"peer\": \"\" }], \"metadata_from_connection\": [{ \"peer\": \"peer_ip\" }] }";
    private const string Api = "\"api\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"!web\", \"http_url\": \"api\", \"max_body_bytes\": 10, \"metadata\": [{ \"path\": \"\" }, { \"peer\": \"\" }], \"metadata_from_connection\": [{ \"peer\": \"peer_ip\" }] }";
    private const string Host = "\"host\": { \"server\": true, \"protocol\": \"h1\", \"endpoint\": \"!web\", \"server_names\": [\"a.example\"] }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_streamtype_gets_what_is_meant_for_it_and_they_come_and_go_while_the_listener_serves()
    {
        await using var bench = new ServerBench($"{Web}, {Api}, {Host}");
        await using var web = Answer(bench, "web", 201);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/") };
        Assert.Equal("201 /api/x 127.0.0.1", await AskAsync(client, "api/x"));

        var api = Answer(bench, "api", 202);
        Assert.Equal(web.EndPoints, api.EndPoints);
        await using var host = Answer(bench, "host", 203);
        Assert.Equal("202 /api/x 127.0.0.1", await AskAsync(client, "api/x"));
        Assert.Equal("201 /apix 127.0.0.1", await AskAsync(client, "apix"));
        Assert.Equal("203  ", await AskAsync(client, "api/x", "a.example"));

        // Limits are those of the streamtype that serves.
        using (var large = await client.PostAsync(new Uri("api/late", UriKind.Relative), new ByteArrayContent(new byte[11]), Token))
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);

        await api.DisposeAsync();
        Assert.Equal("201 /api/x 127.0.0.1", await AskAsync(client, "api/x"));
        Assert.Equal("203  ", await AskAsync(client, "", "a.example"));
        await using var again = Answer(bench, "api", 204);
        Assert.Equal("204 /api 127.0.0.1", await AskAsync(client, "api"));

        // One that was closed with the rest of its body unread may still be on its way out.
        await Poll.UntilAsync(() => ((ServerListener)web).Connections == 1, () => $"{((ServerListener)web).Connections} connections");
    }

    [Fact]
    public async Task Who_is_asked_for_and_is_not_there_is_404()
    {
        await using var bench = new ServerBench("""
            "web": { "server": true, "protocol": "h1", "endpoint": "127.0.0.1", "server_names": ["localhost"], "http_url": "/site", "metadata": [{ "path": "" }, { "peer": "" }] }
            """);
        await using var web = Answer(bench, "web", 201);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/") };
        Assert.StartsWith("201", await AskAsync(client, "site/x", "localhost"), StringComparison.Ordinal);
        Assert.StartsWith("404", await AskAsync(client, "site", "other"), StringComparison.Ordinal);
        Assert.StartsWith("404", await AskAsync(client, "", "localhost"), StringComparison.Ordinal);
        Assert.StartsWith("404", await AskAsync(client, "site/../x", "localhost"), StringComparison.Ordinal);
        Assert.Single(bench.Streams);
    }

    [Fact]
    public async Task One_that_ends_ends_its_own_streams_and_no_others()
    {
        await using var bench = new ServerBench($"{Web}, {Api}");
        await using var web = bench.Listen("web");
        var api = bench.Listen("api");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/") };
        var first = client.GetAsync(new Uri("one", UriKind.Relative), Token);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerTxn);
        var second = client.GetAsync(new Uri("api", UriKind.Relative), Token);
        await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.ServerTxn);
        Assert.Equal(("web", "api"), (Assert.Single(web.Streams).StreamType, Assert.Single(api.Streams).StreamType));

        // Drained, it tells its own and waits for them.
        var draining = api.DrainAsync(Token).AsTask();
        await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.EventWaitCancelled);
        Assert.DoesNotContain("EventWaitCancelled", (await bench.AcceptedAsync()).Story, StringComparison.Ordinal);
        Reply(bench.Streams.Last(), 202);
        using (var answer = await second.OrFail(static () => "It is not answered."))
            Assert.Equal(202, (int)answer.StatusCode);
        Assert.Equal(0, await draining.OrFail(static () => "The drain does not end."));

        await using var again = bench.Listen("api");
        var third = client.GetAsync(new Uri("api", UriKind.Relative), Token);
        await (await bench.AcceptedAsync(3)).WaitForStateAsync(SsState.ServerTxn);
        await again.DisposeAsync();
        using (var answer = await third.OrFail(static () => "It is not answered."))
            Assert.Equal(404, (int)answer.StatusCode);
        Reply(bench.Streams.First(), 201);
        using (var answer = await first.OrFail(static () => "It is not answered."))
            Assert.Equal(201, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_listener_takes_those_that_joined_along_when_it_ends(bool answered)
    {
        await using var bench = new ServerBench($"{Web}, {Api}");
        var web = bench.Listen("web");
        var api = bench.Listen("api");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/") };
        var asking = client.GetAsync(new Uri("api", UriKind.Relative), Token);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerTxn);
        using var stop = new CancellationTokenSource();
        var draining = web.DrainAsync(stop.Token).AsTask();
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.EventWaitCancelled);
        var refused = Assert.Throws<IOException>(() => bench.Listen("api"));
        Assert.Contains("is ending", refused.Message, StringComparison.Ordinal);
        if (answered)
        {
            Reply(bench.Streams.Single(), 202);
            using var answer = await asking.OrFail(static () => "It is not answered.");
            Assert.Equal(202, (int)answer.StatusCode);
        }
        else
        {
            await stop.CancelAsync();
        }

        Assert.Equal(answered ? 0 : 1, await draining.OrFail(static () => "The drain does not end."));
        if (!answered)
            await Record.ExceptionAsync(() => asking);
        Assert.Empty(api.Streams);
        Assert.Equal(0, await api.DrainAsync(Token).AsTask().OrFail(static () => "It has not ended."));
        Assert.Contains("is not listening; call CreateListener(\"web\"", Assert.Throws<IOException>(() => bench.Listen("api")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_listener_can_be_ended_inside_a_callback_of_one_that_joined()
    {
        await using var bench = new ServerBench($"{Web}, {Api}");
        var web = bench.Listen("web");
        var inside = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = bench.Listen("api", handler => handler.OnStateDo(SsState.ServerTxn, _ => inside.SetResult(web.DrainAsync(Token).AsTask().IsCompleted && web.DisposeAsync().AsTask().IsCompleted)));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/") };
        var asking = client.GetAsync(new Uri("api", UriKind.Relative), Token);
        Assert.True(await inside.Task.OrFail(static () => "It hangs."));
        await web.DisposeAsync().AsTask().OrFail(static () => "It does not end.");
        await Record.ExceptionAsync(() => asking);
    }

    [Theory]
    [InlineData("\"endpoint\": \"!wep\"", "endpoint '!wep' names no streamtype of this policy; did you mean '!web'?")]
    [InlineData("\"endpoint\": \"!client\"", "endpoint '!client' names a streamtype that does not listen")]
    [InlineData("\"endpoint\": \"!host\"", "endpoint '!host' names a streamtype that has joined another one itself; write '!web'")]
    [InlineData("\"endpoint\": \"!web\", \"tls\": true", "tls is true, and 'web', whose listener it joins, has none; set tls there")]
    [InlineData("\"endpoint\": \"!sec\", \"tls\": false", "tls is false, and 'sec', whose listener it joins, has TLS; leave it out")]
    [InlineData("\"endpoint\": \"!web\", \"port\": 1", "port is 1, and 'web', whose listener it joins, has another")]
    [InlineData("\"endpoint\": \"!web\", \"protocol\": \"h2\"", "protocol is h2, and 'web', whose listener it joins, speaks HTTP/1.1 alone")]
    [InlineData("\"endpoint\": \"!web\", \"protocol\": \"raw\"", "protocol is raw, and 'web', whose listener it joins, speaks HTTP; set sniff_protocol there")]
    [InlineData("\"endpoint\": \"!lines\"", "protocol is h1, and 'lines', whose listener it joins, is raw")]
    [InlineData("\"endpoint\": \"!lines\", \"protocol\": \"raw\", \"server_names\": [\"a\"]", "told apart by the name in their TLS handshake alone")]
    [InlineData("\"endpoint\": \"!web\"", "would take requests for any host with path '/' on the listener of 'web', and 'web' takes them already")]
    [InlineData("\"endpoint\": \"!web\", \"server_cert\": \"own\"", "server_cert counts for nothing")]
    [InlineData("\"endpoint\": \"!sec\", \"server_cert\": \"own\", \"server_key\": \"ownkey\", \"http_url\": \"x\"", "server_cert needs server_names")]
    [InlineData("\"endpoint\": \"!sec\", \"server_cert\": \"own\", \"server_names\": [\"a\"]", "cannot be used for the listener's certificate")]
    public async Task What_does_not_fit_is_refused_with_its_place_and_what_mends_it(string what, string problem)
    {
        await using var bench = new ServerBench($$"""
            {{Web}}, {{Host}}, "client": { "endpoint": "h" },
            "sec": { "server": true, "protocol": "h1", "endpoint": "127.0.0.1", {{ServerBench.Tls}} },
            "lines": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1" },
            "srv": { "server": true, {{what}} }
            """);
        await using var web = bench.Listen("web");
        await using var sec = bench.Listen("sec");
        await using var lines = bench.Listen("lines");
        var error = Assert.Throws<SsPolicyException>(() => bench.Listen());
        Assert.StartsWith("Streamtype 'srv'", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains("policy(", error.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Accepted);
    }

    [Fact]
    public async Task One_whose_listener_is_not_there_yet_says_which_comes_first()
    {
        await using var bench = new ServerBench($"{Web}, {Api}");
        var error = Assert.Throws<IOException>(() => bench.Listen("api"));
        Assert.StartsWith("Streamtype 'api' joins the listener of 'web', which is not listening; call CreateListener(\"web\", ...) before. (policy(", error.Message, StringComparison.Ordinal);
        await using var web = bench.Listen("web");
        await using (var other = bench.Listen("web"))
            Assert.Contains("which has several now", Assert.Throws<IOException>(() => bench.Listen("api")).Message, StringComparison.Ordinal);
        await using var api = bench.Listen("api");
    }

    [Fact]
    public async Task What_tells_it_apart_does_not_change_under_it_and_the_rest_does()
    {
        await using var bench = new ServerBench($"{Web}, {Api}");
        await using var web = Answer(bench, "web", 201);
        await using var api = Answer(bench, "api", 202);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ServerBench.PortOf(web)}/") };
        bench.Context.ApplyOverlay("""{ "s": [{ "api": { "max_body_bytes": 1000 } }] }""");
        using (var large = await client.PostAsync(new Uri("api", UriKind.Relative), new ByteArrayContent(new byte[11]), Token))
            Assert.Equal(202, (int)large.StatusCode);
        bench.Context.ApplyOverlay("""{ "s": [{ "api": { "http_url": "other" } }] }""");
        Assert.StartsWith("202", await AskAsync(client, "api"), StringComparison.Ordinal);
        Assert.StartsWith("201", await AskAsync(client, "other"), StringComparison.Ordinal);
        Assert.Single(bench.Log.Entries, static one => one.ToString().Contains("http_url is another", StringComparison.Ordinal));
    }

    /// <summary>Listens with handlers that answer a status, the path and the peer.</summary>
    private static SsListener Answer(ServerBench bench, string streamType, int status) => bench.Listen(streamType, handler =>
    {
        var text = Array.Empty<byte>();
        handler.OnStateDo(SsState.ServerTxn, stream =>
        {
            if (streamType == "api" && stream.GetMetadata("path") == "/api/late")
                return;
            text = streamType == "host" ? "  "u8.ToArray() : Encoding.UTF8.GetBytes($" {stream.GetMetadata("path")} {stream.GetMetadata("peer")}");
            stream.ServerAck(status);
            stream.RequestTransmit(status == 204 ? 0 : text.Length);
            if (status == 204)
                text = [];
        });
        handler.OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            text.CopyTo(tx.Buffer);
            tx.Commit(text.Length, SsTxFlags.None);
            return SsTransmitResult.Send;
        });
    });

    private static void Reply(SecureStream stream, int status)
    {
        stream.ServerAck(status);
        stream.RequestTransmit(0);
    }

    private static async Task<string> AskAsync(HttpClient client, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request, Token).OrFail(static () => "It is not answered.");
        var text = await answer.Content.ReadAsStringAsync(Token);
        return (int)answer.StatusCode == 204 ? $"204 /{path} 127.0.0.1" : (int)answer.StatusCode + text;
    }
}
