using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>One direction of a connection is dead: what came the other way is not lost with it, and it is noticed within a bound.</summary>
public sealed class RawDeadEndTests
{
    private static readonly byte[] Last = DeterministicBytes.Make(10_000);

    [Fact]
    public async Task A_write_that_fails_while_reception_rests_takes_nothing_with_it_that_had_arrived()
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", platform: new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync(paused: true);
        await peer.SendAsync(Last);
        peer.Dispose();
        await FailAsync(run, sockets);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(30));
        bench.Clock.Advance(TimeSpan.FromSeconds(29));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);

        run.Pause(false);
        Assert.Equal(SsCauseCode.ConnectionReset, (await run.EndAsync())!.Code);
        Assert.Equal(Last, run.Received);
    }

    [Fact]
    public async Task Reception_that_comes_to_rest_after_a_write_has_failed_keeps_what_had_arrived_too()
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", platform: new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        await FailAsync(run, sockets);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        run.Pause(true);
        await run.TurnAsync();
        await peer.SendAsync(Last);
        await peer.HalfCloseAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);

        run.Pause(false);
        Assert.Equal(SsCauseCode.ConnectionReset, (await run.EndAsync())!.Code);
        Assert.Equal(Last, run.Received);
    }

    [Theory]
    [InlineData(true, 30)]
    [InlineData(false, 1)]
    public async Task A_write_that_failed_is_told_at_the_bound(bool paused, int seconds)
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", platform: new SsPlatform { Sockets = sockets });
        var (run, _) = await bench.ConnectAsync(paused: paused);
        await FailAsync(run, sockets);
        bench.Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SsCauseCode.ConnectionReset, (await run.EndAsync())!.Code);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "")]
    [InlineData(true, "\"half_open_ms\": 0")]
    public async Task After_the_peers_end_a_write_that_it_does_not_take_ends_the_connection_at_the_bound(bool first, string more)
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", more, new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        if (first)
            await sockets.HoldWriteAsync(run, "more"u8.ToArray());
        await peer.HalfCloseAsync();
        await run.WaitForAsync("rx-PeerEndOfStream");
        if (!first)
            await sockets.HoldWriteAsync(run, "more"u8.ToArray());
        await run.TurnAsync();
        for (var second = 0; second < 59; second++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await run.TurnAsync();
            await run.TurnAsync();
        }

        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout, null), (failure!.Phase, failure.Code, failure.Attribute));
        Assert.Contains("within 60 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_committed_before_the_peers_end_reaches_it_late_where_its_end_is_that_of_the_connection()
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", "\"half_open_ms\": 0", new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        await sockets.HoldWriteAsync(run, "committed"u8.ToArray());
        await peer.HalfCloseAsync();
        await run.WaitForAsync("rx-PeerEndOfStream");
        await run.TurnAsync();
        for (var second = 0; second < 59; second++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await run.TurnAsync();
            await run.TurnAsync();
        }

        Assert.DoesNotContain("closed", run.Events);
        sockets.Release();
        Assert.Equal("committed"u8.ToArray(), await peer.ToEndAsync());
        Assert.Null(await run.EndAsync());
    }

    [Fact]
    public async Task After_the_peers_end_a_write_that_it_takes_late_is_a_sign_of_life()
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", platform: new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        await peer.HalfCloseAsync();
        await run.WaitForAsync("rx-PeerEndOfStream");
        await sockets.HoldWriteAsync(run, "more"u8.ToArray());
        await run.TurnAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(59));
        await run.TurnAsync();
        await run.TurnAsync();
        sockets.Release();
        Assert.Equal("more"u8.ToArray(), await peer.ReceivedAsync(4));

        // That the peer has it is no sign yet that the write's end was told here, from another thread.
        async Task TakenAsync()
        {
            while (run.Transport.Writer.Queued > 0)
                await run.TurnAsync();
        }

        await TakenAsync().OrFail(() => run.Story);
        await run.TurnAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await run.EndAsync());
    }

    private static async Task FailAsync(TransportRun run, HeldSockets sockets)
    {
        sockets.Break();
        run.OnTransmit = RawHalfCloseTests.Once("never"u8.ToArray());
        run.Post(() => run.PumpOnMailbox());
        await run.TurnAsync();
    }
}
