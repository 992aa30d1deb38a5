using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Answers made to mislead: about where a body ends, where to go, and who reads the logs.</summary>
public sealed class HttpPeerTests
{
    [Fact]
    public async Task Chunks_that_break_off_at_the_announced_length_are_truncated()
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.Equal("connected rx-som closed", run.Story);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTruncated), (failure!.Phase, failure.Code));
    }

    [Theory]
    [InlineData("Transfer-Encoding: gzip\r\nContent-Length: 3", "gzip")]
    [InlineData("Transfer-Encoding: gzip", "gzip")]
    [InlineData("Transfer-Encoding: xchunked\r\nContent-Length: 2", "xchunked")]
    [InlineData("Transfer-Encoding: chunked, identity", "chunked, identity")]
    [InlineData("Transfer-Encoding: gzip, chunked", "gzip, chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "chunked, chunked")]
    public async Task A_body_in_another_coding_than_chunks_is_a_protocol_error(string fields, string coding)
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw($"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (failure!.Phase, failure.Code));
        Assert.Contains($"'{coding}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_the_coding_may_be_written_in_any_case()
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.Null(failure);
        Assert.Equal("abc", run.ReceivedText);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 11")]
    [InlineData("Content-Length: -5")]
    [InlineData("Content-Length: 99999999999999999999")]
    public async Task A_length_that_is_not_one_number_is_a_protocol_error(string fields)
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw($"HTTP/1.1 200 OK\r\n{fields}\r\n\r\nhello world"));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (failure!.Phase, failure.Code));
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("cOnTeNt-LeNgTh: 5\r\n\r\nhello")]
    public async Task A_length_said_twice_or_in_other_letters_is_a_length(string rest)
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw($"HTTP/1.1 200 OK\r\n{rest}"));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.Null(failure);
        Assert.Equal("hello", run.ReceivedText);
    }

    [Fact]
    public async Task A_redirect_to_nowhere_is_the_peers_mistake_and_not_the_policys()
    {
        var longHost = string.Concat(Enumerable.Repeat("a.", 130)) + "b";
        foreach (var location in new[] { "http://127.0.0.1:0/", $"http://{longHost}/", "/" + string.Concat(Enumerable.Repeat("\u00c3\u00a9", 6000)) })
        {
            await using var server = ScriptedServer.Start(Scripts.Answer(302, "", $"Location: {location}\r\n"));
            await using var bench = new HttpBench();
            var (_, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: "\"allow_redirects\": true"));
            Assert.Equal((SsPhase.Protocol, SsCauseCode.RedirectInvalid, false), (failure!.Phase, failure.Code, failure.Permanent));
            Assert.Null(failure.Attribute);
            Assert.Equal($"http://127.0.0.1:{server.Port}/", failure.Endpoint);
        }
    }

    [Fact]
    public async Task Where_a_redirect_leads_in_vain_no_policy_attribute_is_blamed()
    {
        using var dead = new TestSupport.Repository.DeadPort();
        var port = dead.Number;
        await using var server = ScriptedServer.Start(Scripts.Answer(302, "", $"Location: http://127.0.0.1:{port}/\r\n"));
        await using var bench = new HttpBench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: "\"allow_redirects\": true"));
        Assert.Equal((SsCauseCode.ConnectionRefused, null), (failure!.Code, failure.Attribute));
        Assert.Equal($"127.0.0.1:{port}", failure.Endpoint);
    }

    [Fact]
    public async Task A_chunk_head_without_end_is_a_protocol_error()
    {
        await using var server = ScriptedServer.Start(async static (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;", stopping);
            await connection.WriteAsync(new string('x', 100_000), stopping);
            await ScriptedConnection.HoldAsync(stopping);
        });
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.Equal("connected closed", run.Story);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (failure!.Phase, failure.Code));
    }

    [Fact]
    public async Task What_a_busy_peer_says_stays_in_its_line_and_in_its_direction()
    {
        // UTF-8 of U+2028, U+202E and U+0085, as Latin-1; then a character outside the basic plane across the bound.
        var body = "a\u00e2\u0080\u00a8b\u00e2\u0080\u00aec\u00c2\u0085d\u001b[31m" + new string('x', 70_000);
        await using var server = ScriptedServer.Start(Scripts.Answer(503, body));
        await using var bench = new HttpBench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.StartsWith("HTTP/1.1 503 Scripted: a b c d [31mxxx", failure!.PeerText, StringComparison.Ordinal);
        Assert.InRange(failure.PeerText!.Length, 65_500, 65_570);
    }

    [Fact]
    public async Task The_body_of_a_refusal_reaches_operators_and_the_application_alike()
    {
        var body = "<p>no\u001b[31m such\r\nthing</p>" + new string('y', 100_000);
        await using var server = ScriptedServer.Start(Scripts.Answer(404, body));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port));
        Assert.Null(failure);
        Assert.Equal(body, run.ReceivedText);
        Assert.StartsWith("HTTP/1.1 404 Scripted: <p>no [31m such  thing</p>yyy", run.Refusal!.PeerText, StringComparison.Ordinal);
        Assert.InRange(run.Refusal.PeerText!.Length, 65_500, 65_570);
    }

    [Fact]
    public async Task Errors_that_quote_the_peer_are_short_and_in_one_line()
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw($"HTTQ \u001b[31m{new string('A', 30_000)}\r\n\r\n"));
        using var log = new TestLog();
        log.Allow("Failed");
        var policy = $$"""{ "s": [{ "t": { "endpoint": "127.0.0.1", "port": {{server.Port}}, "protocol": "h1", "http_method": "GET", "http_url": "/" } }] }""";
        await using var context = SsContext.FromJson(policy, new() { LoggerFactory = log });
        var handler = new RecordingHandler();
        var stream = context.Create("t", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var detail = context.Diagnostics.Find(handler.CauseOf(SsState.AllRetriesFailed).DetailId)!;
        Assert.Contains("HTTQ", string.Join('\n', detail.Errors), StringComparison.Ordinal);
        Assert.All(detail.Errors, static error =>
        {
            Assert.InRange(error.Length, 1, 1100);
            Assert.DoesNotContain('\u001b', error);
        });
        await stream.DisposeAsync();
    }
}
