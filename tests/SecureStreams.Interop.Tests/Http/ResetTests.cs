using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>nginx resets the TCP connection, instead of an answer or in the middle of one: told under that name.</summary>
public class ResetTests(NginxFixture fixture)
{
    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Before_the_answer_it_is_unreachable_and_retried(string kind)
    {
        var mark = Guid.NewGuid().ToString("N");
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, $"/torn?{mark}", """, "http_method": "GET" """);
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);

        Assert.Equal("Creating Connecting Unreachable Poll Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed", handler.Story);
        var causes = handler.Events.Where(static one => one.Kind == RecordedKind.State && one.State == SsState.Unreachable).Select(static one => one.Change.Cause);
        Assert.All(causes, static cause => Assert.Equal((SsPhase.Peer, SsCauseCode.ConnectionReset), (cause.Phase, cause.Code)));
        handler.AssertClean();

        // Each attempt was one request, on a connection of its own.
        bool IsOurs(NginxLogLine line) => line.Request.Contains(mark, StringComparison.Ordinal);
        await fixture.Server.WaitForLogAsync(IsOurs, 3);
        var lines = fixture.Server.AccessLog.Where(IsOurs).ToList();
        Assert.Equal([444, 444, 444], lines.Select(static line => line.Status));
        Assert.Equal(3, lines.Select(static line => line.Connection).Distinct().Count());
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task In_the_middle_of_the_answer_it_is_disconnected_and_retried(string kind)
    {
        // nginx gives up who takes nothing for a second: this stream pauses with the first piece until it has.
        var mark = Guid.NewGuid().ToString("N");
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, $"/stalled/ten-mib.bin?{mark}", """, "http_method": "GET" """);
        var handler = new RecordingHandler { KeepPayload = false };
        handler.OnReceiveDo((stream, _, _) =>
        {
            stream.PauseReceive();
            handler.OnReceiveDo(null);
            return SsResult.Continue;
        });
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForAsync(static one => one.ReceivedLength > 0);
        var line = await fixture.Server.WaitForLogAsync(one => one.Request.Contains(mark, StringComparison.Ordinal));
        Assert.InRange(line.BodyBytesSent, 1, NginxServer.FileLength - 1);
        stream.ResumeReceive();
        await handler.WaitForStateAsync(SsState.Disconnected);

        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Peer, SsCauseCode.ConnectionReset, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
        Assert.InRange(handler.ReceivedLength, 1, NginxServer.FileLength - 1);
        Assert.Equal(0, handler.ReceivedMessages);
        Assert.DoesNotContain(SsState.QosAckRemote, handler.States);
        handler.AssertClean();
    }
}
