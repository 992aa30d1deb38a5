using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>What becomes of nginx's answers: acknowledged, refused, redirected, busy, cut short.</summary>
public class AnswerTests(NginxFixture fixture)
{
    [Theory]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task A_404_is_a_nack_with_its_status_and_is_not_retried(string kind)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/missing", """, "http_method": "GET" """);
        var handler = await RunAsync(streams);

        Assert.Equal("Creating Connecting Connected QosNackRemote Disconnected", handler.Story);
        var cause = handler.CauseOf(SsState.QosNackRemote);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerRefused, 404), (cause.Phase, cause.Code, cause.Status));
        Assert.Equal(404, handler.LastOf(SsState.QosNackRemote).Ack);
        Assert.Contains("404", streams.Context.Diagnostics.Find(cause.DetailId)!.PeerText!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https", 204, "QosAckRemote")]
    [InlineData("h2", 204, "QosAckRemote")]
    [InlineData("https", 200, "QosNackRemote")]
    [InlineData("h2", 200, "QosNackRemote")]
    public async Task Only_the_expected_status_is_a_success(string kind, int expected, string verdict)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/nocontent", $$""", "http_method": "GET", "http_expect": {{expected}} """);
        var handler = await RunAsync(streams);

        Assert.Equal($"Creating Connecting Connected {verdict} Disconnected", handler.Story);
        Assert.Equal(0, handler.ReceivedLength);
        Assert.DoesNotContain(handler.Events, static e => e.Kind == RecordedKind.Receive);
    }

    [Theory]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task A_redirect_is_followed_where_the_policy_allows_it(string kind)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/moved", """, "http_method": "GET", "allow_redirects": true """);
        var handler = await RunAsync(streams);

        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal("target\n", handler.ReceivedText);
    }

    [Theory]
    [InlineData("https", "")]
    [InlineData("h2", "")]
    [InlineData("h2", ", \"allow_redirects\": true, \"http_fail_redirect\": true")]
    public async Task A_redirect_that_the_policy_does_not_allow_is_unreachable_and_retried(string kind, string more)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/moved", ", \"http_method\": \"GET\"" + more);
        var handler = await RunAsync(streams, SsState.AllRetriesFailed);

        Assert.Equal("Creating Connecting Unreachable Poll Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed", handler.Story);
        var cause = handler.CauseOf(SsState.AllRetriesFailed);
        Assert.Equal((SsCauseCode.RedirectRefused, 301), (cause.Code, cause.Status));
        Assert.Empty(handler.Received);
    }

    [Fact]
    public async Task A_redirect_loop_ends_at_the_limit()
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, "h2", "/loop", """, "http_method": "GET", "allow_redirects": true """);
        var handler = await RunAsync(streams, SsState.AllRetriesFailed);
        Assert.Equal(SsCauseCode.RedirectLimit, handler.CauseOf(SsState.AllRetriesFailed).Code);
    }

    [Theory]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task A_post_is_sent_again_from_its_start_where_the_redirect_keeps_the_method(string kind)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/moved-keeping-method", """, "http_method": "POST", "allow_redirects": true """);
        using var handler = new BodyHandler(DeterministicBytes.Open(100_000, seed: 8));
        await using var stream = streams.Context.Create("x", handler);

        stream.RequestTransmit(handler.BodyLength);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Poll Connecting Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal(2, handler.Attempts);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_busy_server_is_left_alone_for_as_long_as_it_asks()
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, "https", "/busy", """, "http_method": "GET" """);
        var handler = await RunAsync(streams, SsState.Unreachable);

        var cause = handler.CauseOf(SsState.Unreachable);
        Assert.Equal((SsCauseCode.PeerBusy, 503, TimeSpan.FromSeconds(1)), (cause.Code, cause.Status, cause.NextDelay));
        Assert.DoesNotContain(SsState.Connected, handler.States);
    }

    [Theory]
    [InlineData("http", SsCauseCode.PeerClosed)]
    [InlineData("https", SsCauseCode.PeerClosed)]
    [InlineData("h2", SsCauseCode.ProtocolError)] // nginx resets the h2 stream with PROTOCOL_ERROR.
    public async Task A_connection_closed_without_an_answer_is_unreachable_and_retried(string kind, SsCauseCode code)
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/reset", """, "http_method": "GET" """);
        var handler = await RunAsync(streams, SsState.AllRetriesFailed);

        Assert.Equal("Creating Connecting Unreachable Poll Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed", handler.Story);
        Assert.Equal(3, handler.CauseOf(SsState.AllRetriesFailed).Attempt);
        Assert.Equal(code, handler.CauseOf(SsState.AllRetriesFailed).Code);
    }

    private static async Task<RecordingHandler> RunAsync(NginxStreams streams, SsState until = SsState.Disconnected)
    {
        var handler = new RecordingHandler();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(until);
        handler.AssertClean();
        return handler;
    }
}
