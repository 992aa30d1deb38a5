using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>A raw connection that ends in order because another takes its place: nothing that was under way on it is lost, and nobody is waited for without end.</summary>
public sealed class RawFinishTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task What_its_peer_says_slowly_is_delivered(string kind)
    {
        await using var bench = new RawBench(kind);
        using var arrived = new SemaphoreSlim(0);
        var (run, peer) = await bench.ConnectAsync(run => run.OnPiece = piece =>
        {
            if (!piece.IsEmpty)
                arrived.Release();
        });
        await FinishAsync(run);
        Assert.Empty(await peer.ToEndAsync());
        for (var i = 0; i < 8; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(400));
            await run.TurnAsync();
            await peer.SendAsync([(byte)i]);
            await arrived.WaitAsync(TestContext.Current.CancellationToken).OrFail(() => run.Story);
        }

        await peer.HalfCloseAsync();
        Assert.Null(await run.EndAsync());
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], run.Received);
    }

    [Fact]
    public async Task What_waits_for_a_stream_that_pauses_its_reception_is_delivered_however_long_that_lasts()
    {
        await using var bench = new RawBench("tcp");
        var (run, peer) = await bench.ConnectAsync(paused: true);
        await FinishAsync(run);
        Assert.Empty(await peer.ToEndAsync());
        await peer.SendAsync(DeterministicBytes.Make(10_000));
        await peer.HalfCloseAsync();
        for (var i = 0; i < 8; i++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(6));
            await run.TurnAsync();
            await run.TurnAsync();
        }

        Assert.Equal("connected writable", run.Story);
        run.Pause(false);
        Assert.Null(await run.EndAsync());
        Assert.Equal(DeterministicBytes.Make(10_000), run.Received);
    }

    [Fact]
    public async Task The_silence_of_its_peer_begins_anew_when_reception_goes_on()
    {
        await using var bench = new RawBench("tcp");
        var (run, peer) = await bench.ConnectAsync(paused: true);
        await FinishAsync(run);
        Assert.Empty(await peer.ToEndAsync());
        bench.Clock.Advance(Silence - TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        run.Pause(false);
        await run.TurnAsync();
        bench.Clock.Advance(Silence - TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await run.EndAsync());
    }

    [Fact]
    public async Task What_was_released_reaches_a_peer_that_reads_slowly()
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", platform: new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        await sockets.HoldWriteAsync(run, "released"u8.ToArray());
        await FinishAsync(run);
        for (var i = 0; i < 4; i++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(6));
            await run.TurnAsync();
            await run.TurnAsync();
        }

        Assert.DoesNotContain("closed", run.Events);
        sockets.Release();
        Assert.Equal("released"u8.ToArray(), await peer.ToEndAsync());
        await peer.SendAsync("and answered"u8.ToArray());
        await peer.HalfCloseAsync();
        Assert.Null(await run.EndAsync());
        Assert.Equal("and answered", run.ReceivedText);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("\"half_open_ms\": 0", true)]
    public async Task A_peer_that_takes_nothing_is_left_in_the_end_and_what_it_did_not_take_is_told(string more, bool peerEnds)
    {
        var sockets = new HeldSockets();
        await using var bench = new RawBench("tcp", more, new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        await sockets.HoldWriteAsync(run, "released"u8.ToArray());
        await FinishAsync(run);
        if (peerEnds)
        {
            await peer.HalfCloseAsync();
            await run.WaitForAsync("rx-PeerEndOfStream");
            await run.TurnAsync();
        }

        for (var i = 0; i < 6; i++)
        {
            Assert.DoesNotContain("closed", run.Events);
            await bench.Clock.WaitForArmedExactlyAsync(Silence);
            bench.Clock.Advance(Silence);
            await run.TurnAsync();
            await run.TurnAsync();
        }

        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), (failure!.Phase, failure.Code));
        Assert.Contains("8 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_goes_on_without_end_is_left_in_the_end_and_that_is_told()
    {
        await using var bench = new RawBench("tcp");
        using var arrived = new SemaphoreSlim(0);
        var (run, peer) = await bench.ConnectAsync(run => run.OnPiece = _ => arrived.Release());
        await FinishAsync(run);
        for (var second = 0; second < 30; second++)
        {
            Assert.DoesNotContain("closed", run.Events);
            await peer.SendAsync([1]);
            await arrived.WaitAsync(TestContext.Current.CancellationToken).OrFail(() => run.Story);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await run.TurnAsync();
            await run.TurnAsync();
        }

        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), (failure!.Phase, failure.Code));
        Assert.Contains("went on sending", failure.Message, StringComparison.Ordinal);
    }

    private static async Task FinishAsync(TransportRun run)
    {
        run.Post(run.Transport.FinishOnMailbox);
        await run.TurnAsync();
    }
}
