using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>Credit of the peer, what waits to be sent, and other handlers.</summary>
public sealed class FlowTests
{
    private const string Policy = """
        { "s": [{ "link": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "rx_watermark_high": 1000, "tx_watermark_high": 5000 } }] }
        """;

    [Fact]
    public async Task A_peer_without_credit_is_not_read_and_credit_lets_it_go_on()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var (stream, handler) = world.Create("link", new SsStreamOptions { ManualInitialTxCredit = 10 });
        world.Do(stream.Connect);
        Assert.Equal(10, stream.EstimatedPeerTxCredit);

        for (var i = 0; i < 5; i++)
            world.Peers[0].Send(new byte[4], SsRxFlags.None);
        world.Run();
        Assert.Equal(12, handler.ReceivedLength);
        Assert.Equal(-2, stream.EstimatedPeerTxCredit);

        world.Do(() => stream.AddPeerTxCredit(2));
        Assert.Equal(12, handler.ReceivedLength);
        world.Do(() => stream.AddPeerTxCredit(100));
        Assert.Equal(20, handler.ReceivedLength);
        Assert.Equal(92, stream.EstimatedPeerTxCredit);
    }

    [Fact]
    public async Task Credit_and_pause_both_have_to_agree()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var (stream, handler) = world.Create("link", new SsStreamOptions { ManualInitialTxCredit = 0 });
        world.Do(stream.Connect);
        world.Peers[0].Send(new byte[4], SsRxFlags.None);
        world.Do(stream.PauseReceive);
        world.Do(() => stream.AddPeerTxCredit(long.MaxValue));
        world.Do(() => stream.AddPeerTxCredit(long.MaxValue));
        Assert.Equal(0, handler.ReceivedLength);

        world.Do(stream.ResumeReceive);
        Assert.Equal(4, handler.ReceivedLength);
    }

    [Fact]
    public async Task Without_manual_credit_there_is_none_to_tell_of()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var (stream, handler) = world.Create("link");
        world.Do(stream.Connect);
        world.Do(() => stream.AddPeerTxCredit(5));
        world.Peers[0].Send(new byte[40], SsRxFlags.None);
        world.Run();

        Assert.Equal(0, stream.EstimatedPeerTxCredit);
        Assert.Equal(40, handler.ReceivedLength);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.AddPeerTxCredit(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Create("link", new SsStreamOptions { ManualInitialTxCredit = -1 }));
    }

    [Fact]
    public async Task What_waits_for_the_peer_is_counted()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var (stream, handler) = world.Create("link");
        handler.OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Commit(1000, SsTxFlags.None);
            return SsTransmitResult.Send;
        });
        Assert.Equal(0, stream.TxQueued);
        world.Do(stream.Connect);
        var stalled = world.Peers[0];
        var queued = 0L;
        handler.OnTransmitDo((SecureStream s, scoped ref SsTransmit tx) =>
        {
            tx.Commit(1000, SsTxFlags.None);
            stalled.StallWrites();
            queued = s.TxQueued;
            return SsTransmitResult.Send;
        });
        world.Do(stream.RequestTransmit);

        Assert.InRange(queued, 0, 1000);
        Assert.Equal(0, stream.TxQueued);
        Assert.Equal(5000, stream.Traits.TransmitWatermarkHigh);
        Assert.Equal(1000, stream.Traits.ReceiveWatermarkHigh);
        Assert.Equal(1000, stream.Traits.ReceiveWatermarkLow);
    }

    [Fact]
    public async Task Another_handler_takes_over_from_the_next_callback_on_even_inside_one()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var (stream, first) = world.Create("link");
        var second = new LateHandler();
        first.OnStateDo(SsState.Connecting, s => s.ChangeHandlers(second));
        Assert.Same(first, stream.Handler);

        world.Do(stream.Connect);

        Assert.Equal("Creating Connecting", first.Story);
        Assert.Equal([SsState.Connected], second.States);
        Assert.Same(second, stream.Handler);
        Assert.Throws<ArgumentNullException>(() => stream.ChangeHandlers(null!));
        world.Do(() => stream.DisposeAsync().AsTask());
        Assert.Equal([SsState.Connected, SsState.Disconnected, SsState.Destroying], second.States);
        Assert.Throws<ObjectDisposedException>(() => stream.ChangeHandlers(first));
    }

    [Fact]
    public async Task A_stream_needs_no_handler()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var stream = world.Context.Create("link");
        world.Do(stream.Connect);

        Assert.Equal(SsState.Connected, stream.State);
        Assert.Same(SecureStreamHandler.Idle, stream.Handler);
    }

    private sealed class LateHandler : SecureStreamHandler
    {
        public List<SsState> States { get; } = [];

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            States.Add(change.State);
            return SsResult.Continue;
        }
    }
}
