using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpTrailerTests
{
    private const string Declared = "\"metadata\": [{ \"sum\": \"x-sum\" }, { \"late\": \"x-late\" }, { \"none\": \"x-none\" }]";

    [Theory]
    [InlineData("h2", "some")]
    [InlineData("h2c", "some")]
    [InlineData("h2c", "")]
    [InlineData("scripted", "some")] // Kestrel has no trailers on HTTP/1.1.
    [InlineData("scripted", "")]
    public async Task Trailers_are_metadata_after_the_body_and_before_the_verdict(string kind, string body)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw(
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, X-Late\r\nX-Late: not yet\r\n\r\n{(body.Length > 0 ? $"{body.Length}\r\n{body}\r\n" : "")}0\r\nX-Sum: 7\r\nX-Late: yes\r\n\r\n"));
        await using var bench = new HttpBench();
        var seen = new List<string>();
        const string More = Declared + ", \"direct_proto_str\": true";
        var policy = kind == "scripted" ? HttpBench.Policy(server.Port, more: More) : HttpBench.Policy(host, kind, "/trailers?body=" + body, more: More);
        var (run, failure) = await bench.RunAsync(policy, run => run.OnEvent = what =>
        {
            if (what is "connected" or "rx-eom" or "ack-200")
                seen.Add($"{what} {run.Metadata.Current(0)}|{run.Metadata.Current(1)}|{run.Metadata.Current(2)}|{run.Metadata.Get("X-SUM")}");
        });
        Assert.Null(failure);
        Assert.Equal(body, run.ReceivedText);
        Assert.Equal(
            body.Length > 0 ? ["connected |not yet||", "rx-eom |not yet||", "ack-200 7|yes||7"] : ["connected |not yet||", "ack-200 7|yes||7"], seen);
    }

    [Fact]
    public async Task Trailers_that_frame_a_message_are_no_trailers_and_a_bad_one_is_no_success()
    {
        const string Head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n";
        await using var server = ScriptedServer.Start(
            Scripts.AnswerRaw(Head + "Content-Length: 5\r\nX-Sum: 3\r\n\r\n"), Scripts.AnswerRaw(Head + "no colon\r\n\r\n"), Scripts.AnswerRaw(Head + "X-Sum: 3\r\n"));
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port, more: "\"metadata\": [{ \"sum\": \"x-sum\" }, { \"length\": \"content-length\" }]");
        var (run, failure) = await bench.RunAsync(policy);
        Assert.Null(failure);
        Assert.Equal(("3", null), (run.Metadata.Current(0), run.Metadata.Current(1)));
        foreach (var _ in new[] { "bad", "cut short" })
        {
            (run, failure) = await bench.RunAsync(policy);
            Assert.NotNull(failure);
            Assert.DoesNotContain("ack-200", run.Events);
        }
    }
}
