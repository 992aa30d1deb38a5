using SecureStreams.Codecs.WebSocket;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>How a ws connection waits for its peer where this side ends first: for another connection, or because the application has said all. Rest and a full network are no silence.</summary>
public sealed class WsFinishTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("finish")]
    [InlineData("end of stream")]
    public async Task What_waits_for_a_stream_that_pauses_its_reception_is_delivered(string how)
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync(paused: true);
        EndBy(run, how);
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, "late"u8.ToArray());
        await peer.SendRawAsync(WsPeer.CloseFrame(1000));
        for (var i = 0; i < 8; i++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(6));
            await run.TurnAsync();
            await run.TurnAsync();
        }

        Assert.DoesNotContain("closed", run.Events);
        run.Pause(false);
        await peer.ToEndAsync();
        peer.Dispose();
        Assert.Equal(SsCauseCode.PeerClosed, (await run.EndAsync())!.Code);
        Assert.Equal("late", run.ReceivedText);
    }

    [Theory]
    [InlineData("finish")]
    [InlineData("end of stream")]
    public async Task The_silence_of_the_peer_begins_anew_when_reception_goes_on(string how)
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync(paused: true);
        EndBy(run, how);
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await run.TurnAsync();
        bench.Clock.Advance(Silence - TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        run.Pause(false);
        await run.TurnAsync();
        bench.Clock.Advance(Silence - TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SsCauseCode.InactivityTimeout, (await run.EndAsync())!.Code);
    }

    [Theory]
    [InlineData("finish")]
    [InlineData("end of stream")]
    public async Task While_the_close_frame_has_not_left_nobody_owes_an_answer_to_it(string how)
    {
        var sockets = new HeldSockets();
        await using var bench = new WsBench(platform: new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        sockets.Hold();
        EndBy(run, how);
        await sockets.Waits.OrFail(() => run.Story);
        await run.TurnAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(9));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        sockets.Release();
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await run.TurnAsync();

        // As long as a peer has whose network was never full.
        bench.Clock.Advance(Silence - TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, "late"u8.ToArray());
        await peer.SendRawAsync(WsPeer.CloseFrame(1000));
        await peer.ToEndAsync();
        peer.Dispose();
        Assert.Equal(SsCauseCode.PeerClosed, (await run.EndAsync())!.Code);
        Assert.Equal("late", run.ReceivedText);
    }

    [Fact]
    public async Task A_peer_that_goes_on_without_end_is_left_in_the_end_and_that_is_told()
    {
        await using var bench = new WsBench();
        using var arrived = new SemaphoreSlim(0);
        var (run, peer) = await bench.ConnectAsync(run => run.OnPiece = _ => arrived.Release());
        EndBy(run, "finish");
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        for (var second = 0; second < 30; second++)
        {
            Assert.DoesNotContain("closed", run.Events);
            await peer.SendFrameAsync(WebSocketOpcode.Binary, true, [1]);
            await arrived.WaitAsync(TestContext.Current.CancellationToken).OrFail(() => run.Story);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await run.TurnAsync();
            await run.TurnAsync();
        }

        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), (failure!.Phase, failure.Code));
        Assert.Contains("went on sending", failure.Message, StringComparison.Ordinal);
    }

    private static void EndBy(TransportRun run, string how)
    {
        if (how == "finish")
        {
            run.Post(run.Transport.FinishOnMailbox);
            return;
        }

        var ended = false;
        run.OnTransmit = writer =>
        {
            if (ended)
                return false;
            ended = true;
            writer.Advance(0, SsTxFlags.EndOfStream);
            return true;
        };
        run.Post(() => run.PumpOnMailbox());
    }
}
