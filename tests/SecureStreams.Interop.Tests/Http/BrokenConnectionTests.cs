using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>nginx's worker killed in the middle of an answer: told with its cause, and fetched again.</summary>
public class BrokenConnectionTests(NginxFixture fixture)
{
    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task An_answer_cut_off_is_disconnected_with_its_cause_and_retried(string kind)
    {
        _ = fixture.Server;
        await using var server = await NginxServer.StartAsync(Peer.Find("nginx")!, fixture.Upstream.HttpPort);
        await using var streams = NginxStreams.Open(server.Ports, kind, "/slow/ten-mib.bin", """, "http_method": "GET" """);
        using var handler = new BodyHandler();
        await using var stream = streams.Context.Create("x", handler);

        stream.Connect();
        await handler.WaitForAsync(static h => h.ReceivedLength > 0);
        await server.KillWorkerAsync();
        await handler.WaitForStateAsync(SsState.Disconnected);

        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Contains(cause.Code, new[] { SsCauseCode.ConnectionReset, SsCauseCode.PeerClosed, SsCauseCode.PayloadTruncated });
        Assert.Equal((SsNextAction.Retry, 1, true), (cause.NextAction, cause.Attempt, cause.Concealed));
        Assert.NotNull(streams.Context.Diagnostics.Find(cause.DetailId));
        Assert.False(handler.BodyComplete);

        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.StartsWith("Creating Connecting Connected Disconnected Poll Connecting Connected", handler.Story, StringComparison.Ordinal);
        handler.AssertClean();
    }
}
