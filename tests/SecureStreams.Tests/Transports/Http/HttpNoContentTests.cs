using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Integration;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>Answers that never have content (RFC 9110 section 6.4.1) are not judged by what their heads say of one.</summary>
public sealed class HttpNoContentTests
{
    private const string Parts = "\"http_multipart_ss_in\": true";
    private const string Multipart = "Content-Type: multipart/mixed; boundary=b\r\n";

    [Theory]
    [InlineData("GET", "304 Not Modified", "", "\"max_body_bytes\": 10", "connected nack-304 closed")]
    [InlineData("GET", "304 Not Modified", "", "\"max_body_bytes\": 10, \"http_expect\": 304", "connected ack-304 closed")]
    [InlineData("HEAD", "200 OK", "", "\"max_body_bytes\": 10", "connected ack-200 closed")]
    [InlineData("HEAD", "200 OK", Multipart, Parts, "connected ack-200 closed")]
    [InlineData("HEAD", "404 Not Found", Multipart, Parts, "connected nack-404 closed")]
    [InlineData("GET", "304 Not Modified", Multipart, Parts, "connected nack-304 closed")]
    [InlineData("GET", "204 No Content", Multipart, Parts, "connected ack-204 closed")]
    [InlineData("HEAD", "200 OK", "Content-Type: multipart/mixed\r\n", Parts, "connected ack-200 closed")]
    public async Task They_are_answers_like_others(string method, string status, string fields, string more, string story)
    {
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            // Twice on one connection: it is kept.
            for (var i = 0; i < 2; i++)
            {
                await connection.ReadHeadAsync(stopping);
                await connection.WriteAsync($"HTTP/1.1 {status}\r\n{fields}Content-Length: 1000\r\n\r\n", stopping);
            }

            await ScriptedConnection.HoldAsync(stopping);
        });
        await using var bench = new HttpBench();
        for (var i = 0; i < 2; i++)
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, method: method, more: more));
            Assert.Null(failure);
            Assert.Equal(story, run.Story);
        }

        Assert.Equal(1, server.Counters.Accepted);
    }

    [Fact]
    public async Task An_HttpClient_over_the_policy_gets_them()
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n"));
        await using var bench = new ClientBench(ClientBench.At(server.Port, "\"protocol\": \"h1\", \"max_body_bytes\": 10"));
        using var client = bench.Context.CreateHttpClient("api");
        using var response = await client.GetAsync("x", TestContext.Current.CancellationToken);
        Assert.Equal(304, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
