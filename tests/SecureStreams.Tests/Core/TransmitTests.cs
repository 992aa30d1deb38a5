using System.Text;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>When tx is called, and what of it reaches the transport.</summary>
public sealed class TransmitTests
{
    [Fact]
    public async Task Requests_before_the_callback_count_as_one_and_pieces_of_one_drain_leave_in_one_write()
    {
        await using var bench = new CoreBench();
        var pieces = new Queue<string>(["a", "b", "c"]);
        var (stream, handler) = bench.Create("link", h => h
            .OnStateDo(SsState.Connected, static s =>
            {
                s.RequestTransmit();
                s.RequestTransmit();
            })
            .OnTransmitDo((SecureStream s, scoped ref SsTransmit tx) =>
            {
                tx.Commit(Encoding.ASCII.GetBytes(pieces.Dequeue(), tx.Buffer), SsTxFlags.WholeMessage);
                if (pieces.Count > 0)
                    s.RequestTransmit();
                return SsTransmitResult.Send;
            }));

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        await handler.WaitForAsync(static h => h.Transmits == 3);
        await stream.DisposeAsync();

        Assert.Equal(["a", "b", "c"], peer.Sent.Select(static piece => Encoding.ASCII.GetString(piece.Payload)));
        Assert.Equal(1, peer.Writes);
        Assert.Equal(3, handler.Transmits);
    }

    [Theory]
    [InlineData(SsTransmitResult.Nothing)]
    [InlineData(SsTransmitResult.Disconnect)]
    [InlineData(SsTransmitResult.Destroy)]
    public async Task What_was_committed_leaves_only_with_Send(SsTransmitResult result)
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link", h => h.OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Buffer[0] = 1;
            tx.Commit(1, SsTxFlags.WholeMessage);
            return result;
        }));

        stream.RequestTransmit();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        await handler.WaitForAsync(static h => h.Transmits == 1);
        await stream.DisposeAsync();

        Assert.Empty(peer.Sent);
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task A_stalled_transport_is_asked_again_when_it_can_take_bytes()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link", h => h.OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Buffer[0] = 7;
            tx.Commit(1, SsTxFlags.None);
            return SsTransmitResult.Send;
        }));

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        peer.StallWrites();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.RequestTransmit();
        stream.RequestTransmit();
        Assert.Empty(peer.Sent);
        peer.AllowTransmit(due: false);
        await handler.WaitForAsync(static h => h.Transmits == 1);
        await stream.DisposeAsync();

        Assert.Single(peer.Sent);
        Assert.Equal(1, handler.Transmits);
    }

    [Fact]
    public async Task Committing_more_than_the_room_throws_in_the_callback_and_sends_nothing()
    {
        await using var bench = new CoreBench();
        bench.Log.Allow("HandlerThrew");
        var (stream, handler) = bench.Create("link", h => h.OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Commit(tx.Buffer.Length + 1, SsTxFlags.None);
            return SsTransmitResult.Send;
        }));

        stream.RequestTransmit();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal(SsCauseCode.HandlerException, handler.CauseOf(SsState.Disconnected).Code);
        Assert.Empty(peer.Sent);
    }

    [Fact]
    public async Task A_paused_stream_gets_nothing_until_it_resumes_and_then_everything_in_order()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link", h => h.OnReceiveDo(static (s, payload, _) =>
        {
            if (payload[0] == (byte)'1')
                s.PauseReceive();
            return SsResult.Continue;
        }));

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        for (var i = 0; i < 4; i++)
            peer.Send(Encoding.ASCII.GetBytes($"{i}"), SsRxFlags.None);
        stream.StartTimeout(TimeSpan.FromSeconds(1));
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.Timeout);
        Assert.Equal("01", handler.ReceivedText);

        stream.ResumeReceive();
        await handler.WaitForAsync(static h => h.ReceivedLength == 4);
        Assert.Equal("0123", handler.ReceivedText);
    }
}
