using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>Streams that take their time, clients that do, and listeners that end.</summary>
public sealed class WsFlowTests
{
    private const string Server = "\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"rx_watermark_high\": 65536, \"rx_watermark_low\": 32768, \"tx_watermark_high\": 65536 }";

    private const int MessageBytes = 16_000;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_drain_tells_connections_which_go_on_until_they_end(string version)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerUpgrade);
        var draining = listener.DrainAsync(TestContext.Current.CancellationToken).AsTask();
        await handler.WaitForStateAsync(SsState.EventWaitCancelled);

        // The web server has stopped by now, as far as it can.
        for (var turn = 1; turn <= 3; turn++)
        {
            await peer.SendAsync(RawFrame.Fin | RawFrame.Text, "late"u8);
            await handler.WaitForAsync(one => one.ReceivedLength == 4 * turn);
        }

        Assert.False(draining.IsCompleted);
        bench.Streams.Single().Disconnect();
        Assert.Equal(1000, (await peer.CloseFrameAsync()).CloseCode);
        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        Assert.Null(await peer.NextAsync());

        // On HTTP/2 a client that leaves its stream open keeps the connection, and with it the drain, until its bound.
        await peer.Stream.DisposeAsync();
        Assert.Equal(0, await draining.OrFail(static () => "The drain does not end."));
        Assert.Equal("Creating Connecting Connected ServerTxn ServerUpgrade EventWaitCancelled Disconnected Destroying", handler.Story);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_listener_that_is_disposed_says_goodbye_and_ends(string version)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen();
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerUpgrade);
        var ending = listener.DisposeAsync().AsTask();
        Assert.Equal(1001, (await peer.CloseFrameAsync()).CloseCode);
        await peer.SendAsync(RawFrame.MakeClose(1001, "", WsPeer.Key));
        await ending.OrFail(static () => "The listener does not end.");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_stream_that_pauses_slows_its_client_and_loses_nothing(string version)
    {
        await using var bench = new ServerBench(Server);
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerUpgrade, static stream => stream.PauseReceive()), keep: false);
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.ServerUpgrade);
        var message = RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[MessageBytes], WsPeer.Key);

        // More than every buffer on the way holds together: it stops going out.
        var sent = 0;
        const int enough = 1500;
        var sending = SendAllAsync();
        await StillAsync(() => Volatile.Read(ref sent));
        Assert.False(sending.IsCompleted);
        Assert.Equal(0, handler.ReceivedLength);
        bench.Streams.Single().ResumeReceive();
        await handler.WaitForAsync(static one => one.ReceivedLength == (long)enough * MessageBytes);
        await sending.OrFail(static () => "It is not taken.");

        async Task SendAllAsync()
        {
            await Task.Yield();
            for (; sent < enough; sent++)
            {
                await peer.Stream.WriteAsync(message);
                await peer.Stream.FlushAsync();
            }
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public async Task A_client_that_does_not_read_is_not_sent_more_than_the_buffers_hold(string version)
    {
        await using var bench = new ServerBench(Server);
        var sent = 0L;
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerUpgrade, static stream => stream.RequestTransmit())
            .OnTransmitDo((SecureStream own, scoped ref SsTransmit tx) =>
            {
                tx.Buffer.Clear();
                var count = tx.Buffer.Length;
                tx.Commit(count, SsTxFlags.WholeMessage | SsTxFlags.Binary);
                Interlocked.Add(ref sent, count);
                own.RequestTransmit();
                return SsTransmitResult.Send;
            }));
        await using var peer = await WsPeer.UpgradedAsync(listener, version);
        await StillAsync(() => (int)(Interlocked.Read(ref sent) / 1024));
        var until = Interlocked.Read(ref sent);
        Assert.InRange(until, 1, 32 << 20);

        // Once it reads, more comes.
        var got = 0L;
        while (got <= until)
            got += (await peer.NextAsync())!.Payload.Length;
        Assert.True(Interlocked.Read(ref sent) > until);
    }

    /// <summary>Waits until a count has stayed as it is for a while.</summary>
    private static async Task StillAsync(Func<int> count)
    {
        var (last, unchanged) = (-1, 0);
        await Poll.UntilAsync(
            () =>
            {
                var now = count();
                unchanged = now == last && now > 0 ? unchanged + 1 : 0;
                last = now;
                return unchanged > 30;
            },
            () => $"{last}, still changing");
    }
}
