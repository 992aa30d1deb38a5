using System.Text;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>Messages, pings and the closing handshake with a peer that the test plays.</summary>
public sealed class WsFrameTests
{
    [Fact]
    public async Task Fragments_are_pieces_with_true_flags_and_types()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendFrameAsync(WebSocketOpcode.Text, false, "a"u8.ToArray());
        await peer.SendFrameAsync(WebSocketOpcode.Continuation, false, []);
        await peer.SendFrameAsync(WebSocketOpcode.Continuation, true, "b"u8.ToArray());
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, new byte[40_000]);
        await peer.FinishAsync();
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.PeerClosed, 1000, "1000 (normal closure)"), (failure!.Code, failure.Status, failure.PeerText));
        Assert.Equal("ab", run.ReceivedText[..2]);
        Assert.Equal(40_002, run.Received.Length);
        Assert.Equal(["connected", "writable", "rx-som", "rx-eom"], run.Events.Take(4));
        Assert.Equal(2, run.Events.Count(static one => one.Contains("rx-som", StringComparison.Ordinal) || one.Contains("StartOfMessage", StringComparison.Ordinal)));
        Assert.All(run.PieceLengths, static length => Assert.InRange(length, 0, 16 * 1024));
    }

    [Fact]
    public async Task Messages_of_one_drain_leave_in_one_write_masked_and_typed()
    {
        await using var bench = new WsBench();
        var calls = 0;
        var (run, peer) = await bench.ConnectAsync(run => run.OnTransmit = writer =>
        {
            if (calls++ > 0)
                return false;
            Put(writer, "text", SsTxFlags.WholeMessage | SsTxFlags.Text);
            Put(writer, "binary", SsTxFlags.WholeMessage);
            Put(writer, "part", SsTxFlags.StartOfMessage);
            Put(writer, new string('x', 200), SsTxFlags.EndOfMessage);
            return true;
        });
        var (one, two, three, four) = (await peer.ReadFrameAsync(), await peer.ReadFrameAsync(), await peer.ReadFrameAsync(), await peer.ReadFrameAsync());
        Assert.Equal((WebSocketOpcode.Text, true, "text"), (one!.Value.Opcode, one.Value.Final, Text(one.Value.Payload)));
        Assert.Equal((WebSocketOpcode.Binary, true, "binary"), (two!.Value.Opcode, two.Value.Final, Text(two.Value.Payload)));
        Assert.Equal((WebSocketOpcode.Binary, false, "part"), (three!.Value.Opcode, three.Value.Final, Text(three.Value.Payload)));
        Assert.Equal((WebSocketOpcode.Continuation, true, 200), (four!.Value.Opcode, four.Value.Final, four.Value.Payload.Length));
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task Flags_out_of_order_are_refused_in_the_callback_and_the_wire_stays_sound()
    {
        await using var bench = new WsBench();
        var calls = 0;
        var problems = new List<string>();
        var (run, peer) = await bench.ConnectAsync(run => run.OnTransmit = writer =>
        {
            if (calls++ > 0)
                return false;
            Try(writer, SsTxFlags.None);
            Try(writer, SsTxFlags.EndOfMessage);
            Try(writer, SsTxFlags.WholeMessage | SsTxFlags.Text | SsTxFlags.Binary);
            Put(writer, "a", SsTxFlags.StartOfMessage);
            Try(writer, SsTxFlags.StartOfMessage);
            Try(writer, SsTxFlags.EndOfStream);
            Try(writer, SsTxFlags.Text | SsTxFlags.Binary);
            Try(writer, SsTxFlags.EndOfMessage | SsTxFlags.Text | SsTxFlags.Binary);
            writer.RollbackOnMailbox();
            Try(writer, SsTxFlags.None);
            Put(writer, "b", SsTxFlags.WholeMessage);
            return true;
        });
        Assert.Equal("b"u8.ToArray(), (await peer.ReadFrameAsync())!.Value.Payload);
        Assert.Equal(8, problems.Count);
        Assert.All(problems, static one => Assert.Contains("OfMessage", one + "OfMessage", StringComparison.Ordinal));
        await peer.BreakAsync();
        await run.EndAsync();

        void Try(TransportWriter writer, SsTxFlags flags)
        {
            writer.GetSpan()[0] = 1;
            problems.Add(Assert.Throws<InvalidOperationException>(() => writer.Advance(1, flags)).Message);
        }
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_fails_at_the_first_wrong_byte()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendFrameAsync(WebSocketOpcode.Text, false, [0xe2, 0x82]);
        await peer.SendFrameAsync(WebSocketOpcode.Continuation, false, [0xac, 0xff]);
        Assert.StartsWith("1007 (invalid payload)", await peer.ReadCloseAsync(), StringComparison.Ordinal);
        await peer.ToEndAsync();
        peer.Dispose();
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ProtocolError, 1007), (failure!.Code, failure.Status));
        Assert.DoesNotContain("rx-eom", run.Events);
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_refused_before_it_comes()
    {
        await using var bench = new WsBench(more: "\"max_message_bytes\": 100");
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendRawAsync(0x82, 0x7e, 0x00, 0xff);
        Assert.StartsWith("1009 (message too big)", await peer.ReadCloseAsync(), StringComparison.Ordinal);
        await peer.ToEndAsync();
        peer.Dispose();
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, "max_message_bytes"), (failure!.Phase, failure.Code, failure.Attribute));
    }

    [Theory]
    [InlineData("83 00", 1002)]
    [InlineData("81 80 00 00 00 00", 1002)]
    [InlineData("88 01 03", 1002)]
    public async Task What_breaks_the_protocol_is_answered_with_its_code(string hex, int code)
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendRawAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        Assert.StartsWith($"{code} ", await peer.ReadCloseAsync(), StringComparison.Ordinal);
        await peer.ToEndAsync();
        peer.Dispose();
        var failure = await run.EndAsync();
        Assert.Equal((SsCauseCode.ProtocolError, code), (failure!.Code, failure.Status));
    }

    [Fact]
    public async Task Pings_are_answered_in_order_between_fragments_and_pongs_are_ignored()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendFrameAsync(WebSocketOpcode.Binary, false, [1]);
        for (byte i = 0; i < 10; i++)
            await peer.SendFrameAsync(WebSocketOpcode.Ping, true, [i]);
        await peer.SendFrameAsync(WebSocketOpcode.Pong, true, "unasked"u8.ToArray());
        for (byte i = 0; i < 10; i++)
        {
            var pong = (await peer.ReadFrameAsync())!.Value;
            Assert.Equal(WebSocketOpcode.Pong, pong.Opcode);
            Assert.Equal([i], pong.Payload);
        }

        await peer.SendFrameAsync(WebSocketOpcode.Continuation, true, []);
        await peer.FinishAsync();
        Assert.Equal(SsCauseCode.PeerClosed, (await run.EndAsync())!.Code);
        Assert.Equal([1], run.Received);
    }

    [Fact]
    public async Task A_flood_of_pings_is_answered_within_a_bound_and_the_last_one_always()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        var flood = new List<byte>();
        for (var i = 0; i < 20_000; i++)
            flood.AddRange(WsPeer.Frame(WebSocketOpcode.Ping, true, BitConverter.GetBytes(i)));
        var sending = peer.SendRawAsync([.. flood]);
        var (pongs, last, most) = (0, -1, 0L);
        while (last != 19_999)
        {
            var pong = (await peer.ReadFrameAsync().OrFail(() => $"{pongs} pongs, the last for {last}"))!.Value;
            var answers = BitConverter.ToInt32(pong.Payload);
            Assert.True(answers > last);
            last = answers;
            pongs++;
            most = Math.Max(most, run.Transport.Writer.Queued);
        }

        await sending;
        Assert.InRange(most, 0, 3 * 4096);
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Theory]
    [InlineData(1001, "shutting down", SsCauseCode.PeerClosed, "1001 (going away): shutting down")]
    [InlineData(1013, "", SsCauseCode.PeerBusy, "1013 (try again later)")]
    [InlineData(4321, "own", SsCauseCode.PeerClosed, "4321: own")]
    [InlineData(1005, "", SsCauseCode.PeerClosed, "1005 (no status)")]
    public async Task The_peers_close_code_and_reason_are_told_and_echoed(int code, string reason, SsCauseCode cause, string text)
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendRawAsync(WsPeer.CloseFrame(code, reason));
        Assert.Equal(text.Split(':')[0], await peer.ReadCloseAsync());
        await peer.ToEndAsync();
        peer.Dispose();
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Peer, cause, code, text), (failure!.Phase, failure.Code, failure.Status, failure.PeerText));
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_our_close_is_left_at_the_bound()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        run.Close();
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        await peer.ToEndAsync();
    }

    [Fact]
    public async Task What_still_comes_before_the_peers_close_is_dropped_and_the_end_is_orderly()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        run.Close();
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, new byte[5000]);
        await peer.SendRawAsync(WsPeer.CloseFrame(1000));
        await peer.ToEndAsync();
        peer.Dispose();
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        Assert.Empty(run.Received);
    }

    [Fact]
    public async Task An_end_without_a_close_frame_is_told()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendFrameAsync(WebSocketOpcode.Binary, false, [1]);
        peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal(SsCauseCode.PayloadTruncated, (await run.EndAsync())!.Code);
    }

    [Fact]
    public async Task An_aborted_connection_says_nothing()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        run.Post(run.Transport.AbortOnMailbox);
        await run.EndAsync();
        try
        {
            Assert.Null(await peer.ReadFrameAsync());
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    [Fact]
    public async Task A_ping_of_ours_is_a_ping()
    {
        await using var bench = new WsBench();
        var (run, peer) = await bench.ConnectAsync();
        run.Post(run.Transport.PingOnMailbox);
        Assert.Equal(WebSocketOpcode.Ping, (await peer.ReadFrameAsync())!.Value.Opcode);
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task After_the_end_of_our_stream_a_silent_peer_is_left_at_the_bound()
    {
        await using var bench = new WsBench();
        var ended = false;
        var (run, peer) = await bench.ConnectAsync(run => run.OnTransmit = writer =>
        {
            if (ended)
                return false;
            ended = true;
            writer.Advance(0, SsTxFlags.EndOfStream);
            return true;
        });
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(SsCauseCode.InactivityTimeout, (await run.EndAsync())!.Code);
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static void Put(TransportWriter writer, string text, SsTxFlags flags) => writer.Advance(Encoding.UTF8.GetBytes(text, writer.GetSpan()), flags);
}
