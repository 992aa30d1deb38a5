using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>Each side ends by itself, over every kind of connection.</summary>
public sealed class RawHalfCloseTests
{
    private const int Length = 200_000;

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task The_stream_ends_first_and_the_peer_goes_on_until_it_ends_too(string kind)
    {
        await using var bench = new RawBench(kind);
        var (run, peer) = await bench.ConnectAsync(run => run.OnTransmit = SendAll(Length));
        Assert.Equal(DeterministicBytes.Make(Length), await peer.ToEndAsync());
        Assert.False(run.Transport.Writer.IsWritable);

        await peer.SendAsync(DeterministicBytes.Make(Length, seed: 1));
        await peer.HalfCloseAsync();
        Assert.Null(await run.EndAsync());
        Assert.Equal(DeterministicBytes.Make(Length, seed: 1), run.Received);
        Assert.Equal("rx-PeerEndOfStream", run.Events[^2]);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task The_peer_ends_first_and_the_stream_goes_on_until_it_ends_too(string kind)
    {
        await using var bench = new RawBench(kind);
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendAsync(DeterministicBytes.Make(Length));
        await peer.HalfCloseAsync();
        await run.WaitForAsync("rx-PeerEndOfStream");
        Assert.Equal(DeterministicBytes.Make(Length), run.Received);
        Assert.DoesNotContain("closed", run.Events);

        // It has said all that it will: that it says no more is no silence.
        Assert.Null(await run.HeardAsync());
        run.OnTransmit = SendAll(Length);
        run.Post(() => run.PumpOnMailbox());
        Assert.Equal(DeterministicBytes.Make(Length), await peer.ToEndAsync());
        Assert.Null(await run.EndAsync());
        Assert.Single(run.Events, "rx-PeerEndOfStream");
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task After_the_peers_end_a_connection_that_sends_nothing_has_ended_when_the_bound_runs_out(string kind)
    {
        await using var bench = new RawBench(kind, "\"half_open_ms\": 700");
        var (run, peer) = await bench.ConnectAsync();
        await peer.HalfCloseAsync();
        await run.WaitForAsync("rx-PeerEndOfStream");
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromMilliseconds(700));

        bench.Clock.Advance(TimeSpan.FromMilliseconds(699));
        await run.TurnAsync();
        Assert.DoesNotContain("closed", run.Events);

        // Sending counts.
        run.OnTransmit = Once("more"u8.ToArray());
        run.Post(() => run.PumpOnMailbox());
        Assert.Equal("more"u8.ToArray(), await peer.ReceivedAsync(4));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await run.TurnAsync();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromMilliseconds(700));
        Assert.DoesNotContain("closed", run.Events);

        bench.Clock.Advance(TimeSpan.FromMilliseconds(700));
        Assert.Null(await run.EndAsync());
        await peer.Gone.OrFail(static () => "The peer does not notice the end.");
    }

    [Fact]
    public async Task A_unix_peer_that_is_gone_altogether_is_known_at_once()
    {
        await using var bench = new RawBench("unix");
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendAsync("bye"u8.ToArray());
        peer.Dispose();
        Assert.Null(await run.EndAsync());
        Assert.Equal("bye", run.ReceivedText);
        Assert.Equal(0, bench.Clock.OpenTimers);
    }

    [Fact]
    public async Task A_unix_peer_that_is_gone_some_time_after_its_end_is_known_within_a_second()
    {
        await using var bench = new RawBench("unix", "\"half_open_ms\": 3600000");
        var (run, peer) = await bench.ConnectAsync();
        await peer.HalfCloseAsync();
        await run.WaitForAsync("rx-PeerEndOfStream");
        for (var second = 0; second < 10; second++)
        {
            await run.TurnAsync();
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await run.TurnAsync();
        }

        Assert.DoesNotContain("closed", run.Events);
        peer.Dispose();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await run.EndAsync());
        Assert.Equal(0, bench.Clock.OpenTimers);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task The_peers_end_waits_behind_what_a_paused_stream_has_not_taken(string kind)
    {
        await using var bench = new RawBench(kind);
        var (run, peer) = await bench.ConnectAsync(paused: true);
        await peer.SendAsync("first"u8.ToArray());
        await peer.HalfCloseAsync();
        await run.TurnAsync();
        Assert.DoesNotContain("rx", run.Events);

        run.OnEvent = what =>
        {
            if (what == "rx")
                run.Transport.PauseReceiveOnMailbox(true);
        };
        run.Pause(false);
        await run.WaitForAsync("rx");
        await run.TurnAsync();
        Assert.DoesNotContain("rx-PeerEndOfStream", run.Events);

        run.OnTransmit = SendAll(0);
        run.Post(() => run.PumpOnMailbox());
        run.Pause(false);
        Assert.Null(await run.EndAsync());
        Assert.Equal("first", run.ReceivedText);
        Assert.Single(run.Events, "rx-PeerEndOfStream");
    }

    [Fact]
    public async Task A_tls_session_that_was_cut_is_told_from_one_that_ended()
    {
        await using var bench = new RawBench("tls");
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendAsync("half a mess"u8.ToArray());
        await run.WaitForAsync("rx");
        peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerClosed), (failure.Phase, failure.Code));
        Assert.Contains("close_notify", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("rx-PeerEndOfStream", run.Events);
    }

    /// <summary>Sends so many bytes, then the end.</summary>
    internal static Func<TransportWriter, bool> SendAll(int length)
    {
        long sent = 0;
        var ended = false;
        return writer =>
        {
            if (ended)
                return false;
            do
            {
                var room = writer.GetSpan();
                var count = (int)Math.Min(room.Length, length - sent);
                DeterministicBytes.Fill(room[..count], sent);
                sent += count;
                ended = sent == length;
                writer.Advance(count, ended ? SsTxFlags.EndOfStream : SsTxFlags.None);
            }
            while (!ended && writer.MoreRoom);
            return true;
        };
    }

    /// <summary>Sends this, once.</summary>
    internal static Func<TransportWriter, bool> Once(byte[] payload)
    {
        var done = false;
        return writer =>
        {
            if (done)
                return false;
            done = true;
            payload.CopyTo(writer.GetSpan());
            writer.Advance(payload.Length, SsTxFlags.None);
            return true;
        };
    }
}
