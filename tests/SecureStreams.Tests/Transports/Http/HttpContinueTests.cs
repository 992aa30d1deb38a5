using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>What comes before an answer: 1xx, and asking before a body is sent.</summary>
public sealed class HttpContinueTests
{
    private const string Asks = "\"http_expect_continue\": true";

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nX-A: hint\r\n\r\n")]
    [InlineData("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 199 What\r\n\r\n")]
    public async Task Answers_of_1xx_are_passed_over(string before)
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw(before + "HTTP/1.1 200 OK\r\nX-A: final\r\nContent-Length: 2\r\n\r\nok"));
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: "\"metadata\": [{ \"a\": \"x-a\" }], \"http_resp_map\": [{ \"103\": 1103 }]"));
        Assert.Null(failure);
        Assert.Equal(("connected rx-som rx-eom ack-200 closed", "ok", "final"), (run.Story, run.ReceivedText, run.Metadata.Current(0)));
    }

    [Fact]
    public async Task The_body_waits_for_the_peers_consent()
    {
        var early = -1;
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            var head = await connection.ReadHeadAsync(stopping);
            Assert.Contains("Expect: 100-continue\r\n", head, StringComparison.Ordinal);
            early = connection.Socket.Available;
            await connection.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n", stopping);
            var body = await connection.ReadAsync(4, stopping);
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{System.Text.Encoding.ASCII.GetString(body)}", stopping);
        });
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, method: "POST", more: Asks), run => run.OnTransmit = Supply.Text("body"), 4);
        Assert.Null(failure);
        Assert.Equal(("body", 0), (run.ReceivedText, early));
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_real_server_consents(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/hash", "POST", Asks), run => run.OnTransmit = Supply.Bytes(100_000));
        Assert.Null(failure);
        Assert.Contains(" 100000 chunked", run.ReceivedText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_costs_no_body()
    {
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", stopping);
            Assert.Equal(0, await connection.DrainAsync(stopping));
        });
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, method: "POST", more: Asks), run => run.OnTransmit = Supply.Bytes(5000), 5000);
        Assert.Null(failure);
        Assert.Equal("connected rx-som rx-eom nack-413 closed", run.Story);
        Assert.Equal(0, run.TransmitCalls);
    }

    [Theory]
    [InlineData(4, "due restarted due connected rx-som rx-eom ack-200 closed")] // The platform sends what is small all the same.
    [InlineData(5000, "due connected rx-som rx-eom ack-200 closed")]
    public async Task A_peer_that_does_not_know_how_to_be_asked_gets_the_request_without(int length, string story)
    {
        var heads = new List<string>();
        await using var server = ScriptedServer.Start(
            async (connection, stopping) =>
            {
                heads.Add(await connection.ReadHeadAsync(stopping));
                await connection.WriteAsync("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", stopping);
            },
            async (connection, stopping) =>
            {
                heads.Add(await connection.ReadHeadAsync(stopping));
                await connection.ReadAsync(length, stopping);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", stopping);
            });
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, method: "POST", more: Asks), run => run.OnTransmit = Again(length), length);
        Assert.Null(failure);
        Assert.Equal(story, run.Story);
        Assert.Contains("Expect:", heads[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Expect:", heads[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_awaits_gets_the_refusal()
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"));
        await using var context = new LocalContext(HttpBench.Load($"\"t\": {{ \"endpoint\": \"127.0.0.1\", \"port\": {server.Port}, \"http_method\": \"POST\", {Asks} }}"));
        var response = await context.TransactAsync("t", new byte[5000], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((413, false, "no"), (response.Status, response.IsAck, System.Text.Encoding.ASCII.GetString(response.Body.Span)));
    }

    [Fact]
    public async Task Without_a_body_nobody_is_asked()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (run, _) = await bench.RunAsync(HttpBench.Policy(host, "h1", "/headers", more: Asks));
        Assert.DoesNotContain("Expect", run.ReceivedText, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_body_of_no_bytes_is_none_to_ask_for(int length)
    {
        var head = "";
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            head = await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n", stopping);
            await connection.ReadAsync(length, stopping);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", stopping);
        });
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, method: "POST", more: Asks), run => run.OnTransmit = Again(length), length);
        Assert.Null(failure);
        Assert.EndsWith("connected ack-200 closed", run.Story, StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {length}\r\n", head, StringComparison.Ordinal);
        Assert.Equal(length > 0, head.Contains("Expect:", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The whole body each time.</summary>
    private static Func<SecureStreams.Transports.TransportWriter, bool> Again(int length) => writer =>
    {
        writer.GetSpan()[..length].Fill((byte)'x');
        writer.Advance(length, SsTxFlags.WholeMessage);
        return true;
    };
}
