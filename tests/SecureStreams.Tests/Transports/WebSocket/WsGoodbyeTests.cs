using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>What a ws connection owes its peer between the first close frame and its end, and how it tells a cut.</summary>
public sealed class WsGoodbyeTests
{
    [Theory]
    [InlineData("end of stream")]
    [InlineData("finish")]
    public async Task Behind_our_close_frame_pings_are_answered_until_the_peers(string how)
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        if (how == "finish")
            run.Post(run.Transport.FinishOnMailbox);
        else
            run.Post(() => EndOfStream(run));
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await peer.SendFrameAsync(WebSocketOpcode.Ping, true, "one"u8.ToArray());
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, "late"u8.ToArray());
        await peer.SendFrameAsync(WebSocketOpcode.Ping, true, "two"u8.ToArray());
        foreach (var expected in (byte[][])["one"u8.ToArray(), "two"u8.ToArray()])
        {
            var pong = (await peer.ReadFrameAsync().OrFail(() => run.Story))!.Value;
            Assert.Equal(WebSocketOpcode.Pong, pong.Opcode);
            Assert.Equal(expected, pong.Payload);
        }

        await peer.SendRawAsync(WsPeer.CloseFrame(1000));
        Assert.Null(await peer.ReadFrameAsync());
        peer.Dispose();
        Assert.Equal(SsCauseCode.PeerClosed, (await run.EndAsync())!.Code);
        Assert.Equal("late", run.ReceivedText);
    }

    [Theory]
    [InlineData(false, SsPhase.Payload, SsCauseCode.PayloadTruncated, "in the middle of a message")]
    [InlineData(true, SsPhase.Peer, SsCauseCode.PeerClosed, "may be missing")]
    public async Task A_tls_session_that_is_cut_inside_a_message_is_told_from_one_that_is_cut_between_two(bool final, SsPhase phase, SsCauseCode code, string words)
    {
        await using var bench = new WsBench(tls: true);
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendFrameAsync(WebSocketOpcode.Binary, final, [1]);
        peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var failure = await run.EndAsync();
        Assert.Equal((phase, code), (failure!.Phase, failure.Code));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Contains("close_notify", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, SsPhase.Payload, SsCauseCode.PayloadTruncated)]
    [InlineData(1001, SsPhase.Payload, SsCauseCode.PayloadTruncated)]
    [InlineData(1011, SsPhase.Peer, SsCauseCode.PeerClosed)]
    [InlineData(1013, SsPhase.Peer, SsCauseCode.PeerBusy)]
    public async Task A_close_frame_in_the_middle_of_a_message_is_a_message_that_was_cut_unless_it_names_a_trouble(int code, SsPhase phase, SsCauseCode cause)
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendFrameAsync(WebSocketOpcode.Binary, false, [1]);
        await peer.SendRawAsync(WsPeer.CloseFrame(code));
        Assert.StartsWith($"{code} ", await peer.ReadCloseAsync(), StringComparison.Ordinal);
        await peer.ToEndAsync();
        peer.Dispose();
        var failure = await run.EndAsync();
        Assert.Equal((phase, cause, code), (failure!.Phase, failure.Code, failure.Status));
        Assert.False(failure.IsOrderly);
        Assert.Equal(cause == SsCauseCode.PayloadTruncated, failure.Message.Contains("in the middle of a message", StringComparison.Ordinal));
        Assert.StartsWith($"{code} ", failure.PeerText, StringComparison.Ordinal);
    }

    private static void EndOfStream(TransportRun run)
    {
        run.Transport.Writer.Advance(0, SsTxFlags.EndOfStream);
        run.Transport.Writer.ReleaseOnMailbox();
        run.Transport.Writer.FlushOnMailbox();
    }
}
