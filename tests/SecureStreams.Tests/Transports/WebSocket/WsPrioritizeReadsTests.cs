using SecureStreams.Codecs.WebSocket;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>Sending that is held back until what has arrived is read.</summary>
public sealed class WsPrioritizeReadsTests
{
    /// <summary>What a connection waits with for reading; a frame of exactly this length fills it.</summary>
    private const int Filled = SecureStreams.Transports.Connections.LinkDefaults.FirstReadBytes;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_was_held_back_is_told_when_nothing_more_has_arrived_or_nothing_more_is_read(bool paused)
    {
        await using var bench = new WsBench(more: "\"ws_prioritize_reads\": true");
        var held = true;
        var (run, peer) = await bench.ConnectAsync(run => run.OnEvent = what =>
        {
            if (what != "rx-StartOfMessage, EndOfMessage")
                return;

            // Now it has something to send, and may not: more may have arrived.
            held = !run.Transport.Writer.IsWritable;
            var sent = false;
            run.OnTransmit = writer =>
            {
                if (sent)
                    return false;
                sent = true;
                writer.GetSpan()[0] = 7;
                writer.Advance(1, SsTxFlags.WholeMessage);
                return true;
            };
            if (paused)
                run.Transport.PauseReceiveOnMailbox(true);
        });
        await peer.SendRawAsync(WsPeer.Frame(WebSocketOpcode.Binary, true, new byte[Filled - 4]));
        Assert.Equal([7], await peer.ReceivedAsync(1));
        Assert.True(held);
        if (paused)
            run.Pause(false);
        await peer.BreakAsync();
        await run.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_floods_pings_and_reads_nothing_has_no_more_answers_waiting_than_without()
    {
        var sockets = new HeldSockets();
        await using var bench = new WsBench(more: "\"ws_prioritize_reads\": true", platform: new SsPlatform { Sockets = sockets });
        using var arrived = new SemaphoreSlim(0);
        var (run, peer) = await bench.ConnectAsync(run => run.OnPiece = _ => arrived.Release());
        sockets.Hold();
        byte[] ping = WsPeer.Frame(WebSocketOpcode.Ping, true, new byte[125]);
        byte[] full = [.. Enumerable.Repeat(ping, 8).SelectMany(static one => one), .. WsPeer.Frame(WebSocketOpcode.Binary, true, new byte[Filled - (8 * ping.Length) - 2])];
        Assert.Equal(Filled, full.Length);
        for (byte round = 0; round < 100; round++)
        {
            // What fills the buffer says that more may have arrived, and what does not that nothing more has: who was held back is told then, and its write still waits.
            await peer.SendRawAsync(full);
            await arrived.WaitAsync(TestContext.Current.CancellationToken).OrFail(() => run.Story);
            await peer.SendRawAsync([.. WsPeer.Frame(WebSocketOpcode.Ping, true, [round]), .. WsPeer.Frame(WebSocketOpcode.Binary, true, [round])]);
            await arrived.WaitAsync(TestContext.Current.CancellationToken).OrFail(() => run.Story);
        }

        await run.TurnAsync();
        Assert.InRange(run.Transport.Writer.Queued, 1, 3 * 4096);
        sockets.Release();
        while ((await peer.ReadFrameAsync().OrFail(() => run.Story))!.Value is not { Opcode: WebSocketOpcode.Pong, Payload: [99] })
        {
            // The latest ping is answered, behind those that there was room for.
        }

        await peer.BreakAsync();
        await run.EndAsync();
    }
}
