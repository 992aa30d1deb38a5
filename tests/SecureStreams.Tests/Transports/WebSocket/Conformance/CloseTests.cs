using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>The closing handshake, begun by either side, and connections that end without one.</summary>
public class CloseTests
{
    [Theory]
    [InlineData(1000, "normal closure", SsCauseCode.PeerClosed)]
    [InlineData(1001, "going away", SsCauseCode.PeerClosed)]
    [InlineData(1002, "protocol error", SsCauseCode.PeerClosed)]
    [InlineData(1003, "unsupported data", SsCauseCode.PeerClosed)]
    [InlineData(1007, "invalid payload", SsCauseCode.PeerClosed)]
    [InlineData(1008, "policy violation", SsCauseCode.PeerClosed)]
    [InlineData(1009, "message too big", SsCauseCode.PeerClosed)]
    [InlineData(1010, "extension missing", SsCauseCode.PeerClosed)]
    [InlineData(1011, "internal error", SsCauseCode.PeerClosed)]
    [InlineData(1012, "service restart", SsCauseCode.PeerClosed)]
    [InlineData(1013, "try again later", SsCauseCode.PeerBusy)]
    [InlineData(1014, "bad gateway", SsCauseCode.PeerClosed)]
    [InlineData(3000, null, SsCauseCode.PeerClosed)]
    [InlineData(3999, null, SsCauseCode.PeerClosed)]
    [InlineData(4000, null, SsCauseCode.PeerClosed)]
    [InlineData(4999, null, SsCauseCode.PeerClosed)]
    public async Task Every_code_a_peer_may_send_is_answered_with_it_and_told(int code, string? meaning, SsCauseCode expected)
    {
        await using var run = await WsScript.PlayAsync(RawFrame.MakeClose(code, "because it is késő"));
        Assert.Equal(code, run.Close.CloseCode);
        Assert.Equal((SsPhase.Peer, expected, code), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
        Assert.Equal(meaning is null ? $"{code}: because it is késő" : $"{code} ({meaning}): because it is késő", run.Detail.PeerText);
        Assert.Equal("Creating Connecting Connected Disconnected", run.Handler.Story);
    }

    [Fact]
    public async Task A_close_without_a_code_is_answered_without_one()
    {
        await using var run = await WsScript.PlayAsync(RawFrame.Make(RawFrame.Fin | RawFrame.Close, []));
        Assert.Empty(run.Close.Payload);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed, 1005), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
    }

    [Fact]
    public async Task The_longest_reason_there_can_be_is_told_and_control_characters_of_it_are_not()
    {
        await using var run = await WsScript.PlayAsync(RawFrame.MakeClose(4000, new string('x', 122) + "\n"));
        Assert.Equal(4000, run.Close.CloseCode);
        Assert.DoesNotContain('\n', run.Detail.PeerText!);
        Assert.Contains(new string('x', 122), run.Detail.PeerText!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_after_a_close_is_not_received()
    {
        byte[] bytes = [.. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "before"u8), .. RawFrame.MakeClose(1000), .. RawFrame.Make(RawFrame.Fin | RawFrame.Text, "after"u8), .. RawFrame.Make(RawFrame.Fin | RawFrame.Ping, "after"u8)];
        await using var run = await WsScript.PlayAsync(bytes);
        Assert.Equal(["Tbefore"], run.Messages);
        Assert.Equal(RawFrame.Close, Assert.Single(run.Frames).Opcode);
    }

    [Fact]
    public async Task A_close_inside_a_message_cuts_it_short()
    {
        await using var run = await WsScript.PlayAsync([.. RawFrame.Make(RawFrame.Text, "half"u8), .. RawFrame.MakeClose(1001)]);
        Assert.Equal(1001, run.Close.CloseCode);
        Assert.Equal(["+half"], run.Messages);
        Assert.Equal(1001, run.Cause.Status);
    }

    [Fact]
    public async Task An_end_without_a_close_is_told_as_that()
    {
        await using var run = await WsScript.PlayAsync(static (connection, _) =>
        {
            connection.HalfClose();
            return Task.CompletedTask;
        });
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed, 0), (run.Cause.Phase, run.Cause.Code, run.Cause.Status));
        Assert.Contains("without a close frame", run.Detail.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_inside_a_message_or_a_frame_of_one_is_told_as_that(bool insideFrame)
    {
        var bytes = insideFrame ? RawFrame.Make(RawFrame.Fin | RawFrame.Text, "whole"u8)[..^2] : RawFrame.Make(RawFrame.Text, "half"u8);
        await using var run = await WsScript.PlayAsync(async (connection, stopping) =>
        {
            await connection.WriteAsync(bytes, stopping);
            connection.HalfClose();
        });
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTruncated), (run.Cause.Phase, run.Cause.Code));
        Assert.DoesNotContain(run.Messages, static message => message[0] == 'T');
    }

    [Fact]
    public async Task A_reset_is_told_as_that()
    {
        await using var run = await WsScript.PlayAsync(
            static async (connection, stopping) =>
            {
                await RawFrame.ReadAsync(connection.Stream, stopping);
                connection.Reset();
            },
            handler: Sending("x"),
            whenConnected: static stream =>
            {
                stream.RequestTransmit();
                return Task.CompletedTask;
            });
        Assert.Equal(SsCauseCode.ConnectionReset, run.Cause.Code);
    }

    [Fact]
    public async Task A_stream_that_disconnects_says_1000_and_waits_for_the_answer()
    {
        await using var run = await WsScript.PlayAsync(
            static (_, _) => Task.CompletedTask,
            whenConnected: static stream =>
            {
                stream.Disconnect();
                return Task.CompletedTask;
            });
        Assert.Equal(1000, run.Close.CloseCode);
        Assert.Equal((SsPhase.Local, SsCauseCode.LocalDisconnect), (run.Cause.Phase, run.Cause.Code));
    }

    [Fact]
    public async Task A_message_committed_before_the_end_is_sent_before_the_close()
    {
        var handler = Sending("last words", SsTxFlags.WholeMessage | SsTxFlags.EndOfStream);
        await using var run = await WsScript.PlayAsync(
            static (_, _) => Task.CompletedTask,
            handler: handler,
            whenConnected: static stream =>
            {
                stream.RequestTransmit();
                return Task.CompletedTask;
            });
        Assert.Equal([RawFrame.Text, RawFrame.Close], run.Frames.Select(static frame => frame.Opcode));
        Assert.Equal("last words", Encoding.UTF8.GetString(run.Frames[0].Payload));
        Assert.Equal(1000, run.Close.CloseCode);
    }

    [Fact]
    public async Task A_handler_that_disconnects_at_a_message_says_1000()
    {
        var handler = new RecordingHandler().OnReceiveDo(static (_, _, _) => SsResult.Disconnect);
        await using var run = await WsScript.PlayAsync(
            static (connection, stopping) => connection.WriteAsync(RawFrame.Make(RawFrame.Fin | RawFrame.Text, "no"u8), stopping), handler: handler);
        Assert.Equal(1000, run.Close.CloseCode);
        Assert.Equal(SsCauseCode.LocalDisconnect, run.Cause.Code);
    }

    internal static RecordingHandler Sending(string text, SsTxFlags flags = SsTxFlags.WholeMessage)
    {
        return new RecordingHandler().OnTransmitDo(Send);

        SsTransmitResult Send(SecureStream stream, scoped ref SsTransmit tx)
        {
            tx.Commit(Encoding.UTF8.GetBytes(text, tx.Buffer), flags);
            return SsTransmitResult.Send;
        }
    }
}
