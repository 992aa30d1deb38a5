using SecureStreams.Codecs.WebSocket;
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
}
