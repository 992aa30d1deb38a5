using SecureStreams.Policy;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>h3, and the end of a request of h2.</summary>
public sealed class HttpProtocolTests
{
    [Fact]
    public async Task Without_quic_h3_is_refused_and_says_what_to_do()
    {
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy("\"endpoint\": \"127.0.0.1\", \"protocol\": \"h3\", \"tls\": true"));
        Assert.Equal("closed", run.Story);
        Assert.Equal((SsPhase.Policy, SsCauseCode.NotSupported, "protocol", true), (failure!.Phase, failure.Code, failure.Attribute, failure.Permanent));
        Assert.Contains("QUIC", failure.Message, StringComparison.Ordinal);
        Assert.Contains("protocol_fallback", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h2", "HTTP/2")]
    [InlineData("h1", "HTTP/1.1")]
    public async Task With_a_fallback_it_runs_and_the_log_says_so(string fallback, string spoken)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var port = fallback == "h2" ? host.H2Port : host.HttpsPort;
        var policy = HttpBench.Policy(port, "h3", tls: true, url: "/headers", more: $"\"protocol_fallback\": \"{fallback}\"");
        var (run, failure) = await bench.RunAsync(policy);
        Assert.Null(failure);
        Assert.Contains($"GET /headers {spoken}", run.ReceivedText, StringComparison.Ordinal);
        Assert.Single(bench.Log.Entries, entry => entry.Message.Contains($"h3 cannot be spoken here, {fallback} is in its place", StringComparison.Ordinal));
        Assert.True((await bench.RunAsync(policy)).Failure is null && bench.Log.Entries.Count(static entry => entry.Message.Contains("in its place", StringComparison.Ordinal)) == 1);

        await using var context = new LocalContext(HttpBench.Load(
            $"\"t\": {{ \"endpoint\": \"127.0.0.1\", \"port\": {port}, \"protocol\": \"h3\", \"tls\": true, \"tls_trust_store\": \"main\", \"protocol_fallback\": \"{fallback}\" }}"));
        using var client = context.CreateHttpClient("t");
        Assert.Contains(spoken, await client.GetStringAsync("headers", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_under_a_fallback_says_so()
    {
        using var nobody = new TestSupport.Repository.DeadPort();
        await using var bench = new HttpBench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(nobody.Number, "h3", tls: true, more: "\"protocol_fallback\": \"h2\""));
        Assert.Equal(SsCauseCode.ConnectionRefused, failure!.Code);
        Assert.EndsWith("(h2 is spoken in place of h3, by protocol_fallback)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fallback_counts_for_h3_alone()
    {
        Assert.Equal((WireProtocol.H1, null), HttpProtocolChoice.Of(HttpBench.Policy("\"endpoint\": \"x\", \"protocol_fallback\": \"h2\"")));
        Assert.Equal((WireProtocol.H2, null), HttpProtocolChoice.Of(HttpBench.Policy("\"endpoint\": \"x\", \"protocol\": \"h2\", \"protocol_fallback\": \"h1\"")));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(5, true)]
    [InlineData(5, false)]
    [InlineData(40_000, true)]
    public async Task A_body_of_h2_ends_with_an_empty_frame_of_its_own(int length, bool announce)
    {
        var frames = new List<(int Length, bool End)>();
        await using var server = ScriptedServer.Start(H2Scripts.Play(async (connection, frame, stopping) =>
        {
            if (frame.Type != H2Frame.Data)
                return;
            frames.Add((frame.Payload.Length, (frame.Flags & H2Frame.EndStream) != 0));
            if (frames[^1].End)
            {
                await connection.WriteAsync(H2Frame.MakeOk(frame.StreamId).ToBytes(), stopping);
                await connection.WriteAsync(new H2Frame(H2Frame.Data, H2Frame.EndStream, frame.StreamId, []).ToBytes(), stopping);
            }
        }));
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port, "h2", method: "POST", more: "\"nghttp2_quirk_end_stream\": true");
        var (_, failure) = await bench.RunAsync(policy, run => run.OnTransmit = Supply.Bytes(length), announce ? length : null);
        Assert.Null(failure);
        Assert.Equal(length, frames.Sum(static frame => frame.Length));
        Assert.Equal((0, true), frames[^1]);
        Assert.All(frames[..^1], static frame => Assert.False(frame.End));
    }
}
