using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.Raw;
using SecureStreams.Tests.Transports.WebSocket;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports;

/// <summary>A stream lets go while its peer is still sending much: what was committed before reaches the peer all the same, which reads it when it has sent its own.</summary>
public sealed class LinkLateTests
{
    private const int Committed = 60_000;
    private const int Uploaded = 1024 * 1024;

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task What_was_committed_to_a_raw_peer_that_sends_much_before_it_reads_arrives(string kind)
    {
        await using var bench = new RawBench(kind, receiveBuffer: 4096);
        var (run, peer) = await bench.ConnectAsync();
        CommitAndClose(run, SsTxFlags.None);
        await peer.SendAsync(new byte[Uploaded]);
        Assert.Equal(DeterministicBytes.Make(Committed), await peer.ToEndAsync());
        peer.Dispose();
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        Assert.Empty(run.Received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_committed_to_a_ws_peer_that_sends_much_before_it_reads_arrives(bool tls)
    {
        await using var bench = new WsBench(tls, receiveBuffer: 4096);
        var (run, peer) = await bench.ConnectAsync();
        CommitAndClose(run, SsTxFlags.WholeMessage);
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, new byte[Uploaded]);
        Assert.Equal(DeterministicBytes.Make(Committed), await peer.ReceivedAsync(Committed));
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        await peer.SendRawAsync(WsPeer.CloseFrame(1000));
        await peer.ToEndAsync();
        peer.Dispose();
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())!.Code);
        Assert.Empty(run.Received);
    }

    private static void CommitAndClose(TransportRun run, SsTxFlags flags) => run.Post(() =>
    {
        var writer = run.Transport.Writer;
        for (var sent = 0; sent < Committed;)
        {
            var room = writer.GetSpan();
            var count = Math.Min(room.Length, Committed - sent);
            DeterministicBytes.Fill(room[..count], sent);
            writer.Advance(count, flags);
            sent += count;
            writer.ReleaseOnMailbox();
            if (!writer.MoreRoom)
                Assert.True(writer.FlushOnMailbox());
        }

        run.Transport.CloseOnMailbox();
    });
}
