using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>Calls take effect in the order in which they are made, wherever they are made.</summary>
public sealed class CallOrderTests
{
    [Fact]
    public void Disconnect_takes_back_a_Connect_before_it_in_the_same_callback()
    {
        var (bench, scheduler) = NewBench();
        var (stream, handler) = bench.Create("link", static h => h.OnStateDo(SsState.Timeout, static s =>
        {
            s.Connect();
            s.RequestTransmit();
            s.Disconnect();
        }));

        stream.StartTimeout(TimeSpan.FromSeconds(1));
        scheduler.RunUntilIdle();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        scheduler.RunUntilIdle();

        Assert.Equal("Creating Timeout", handler.Story);
        Assert.Equal(0, bench.Network.Attempts);
    }

    [Fact]
    public void Disconnect_in_Creating_takes_back_a_Connect_before_it()
    {
        var (bench, scheduler) = NewBench();
        var (_, handler) = bench.Create("link", static h => h.OnStateDo(SsState.Creating, static s =>
        {
            s.Connect();
            s.Disconnect();
        }));

        scheduler.RunUntilIdle();
        Assert.Equal("Creating", handler.Story);
    }

    [Theory]
    [InlineData(SsState.Connected, "Creating Connecting Connected Disconnected Poll Connecting Connected")]
    [InlineData(SsState.Connecting, "Creating Connecting Unreachable AllRetriesFailed Poll Connecting Connected")]
    public void A_transmit_request_after_Disconnect_in_the_same_callback_connects_anew_and_is_served(SsState at, string story)
    {
        var (bench, scheduler) = NewBench();
        bench.Network.OnAttempt = static peer => peer.Accept();
        var first = true;
        var (stream, handler) = bench.Create("link", h => h.OnStateDo(at, s =>
        {
            if (!first)
                return;
            first = false;
            s.Disconnect();
            s.RequestTransmit();
        }));

        stream.Connect();
        scheduler.RunUntilIdle();

        Assert.Equal(story, handler.Story.Replace(" tx", "", StringComparison.Ordinal));
        Assert.Equal(1, handler.Transmits);
        handler.AssertClean();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Disconnect_takes_back_the_next_transaction_that_was_asked_for_at_the_acknowledgement(bool transmit)
    {
        var (bench, scheduler) = NewBench();
        bench.Network.OnAttempt = static peer =>
        {
            peer.Accept();
            peer.Acknowledge(true, 200);
        };
        var (stream, handler) = bench.Create("http", h => h.OnStateDo(SsState.QosAckRemote, s =>
        {
            if (transmit)
                s.RequestTransmit();
            else
                s.Connect();
        }));

        stream.Connect();
        scheduler.RunUntilIdle();
        stream.Disconnect();
        scheduler.RunUntilIdle();

        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal(1, bench.Network.Attempts);
    }

    [Fact]
    public void What_was_acknowledged_is_not_repeated_because_its_connection_breaks_then()
    {
        var (bench, scheduler) = NewBench();
        bench.Network.OnAttempt = static peer =>
        {
            peer.Accept();
            peer.Acknowledge(true, 200);
            peer.Close(CoreBench.Reset);
        };
        var (stream, handler) = bench.Create("post");

        stream.Connect();
        scheduler.RunUntilIdle();

        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsCauseCode.ConnectionReset, SsNextAction.Idle), (cause.Code, cause.NextAction));
        bench.Clock.AssertNoArmedTimers();
    }

    [Fact]
    public void A_length_announced_for_a_message_that_never_left_is_not_that_of_the_next()
    {
        var (bench, scheduler) = NewBench();
        var lengths = new List<long?>();
        bench.Network.OnAttempt = peer =>
        {
            lengths.Add(peer.Setup.TransmitLength);
            peer.Close(CoreBench.Refused);
        };
        var (stream, _) = bench.Create("plain");

        stream.RequestTransmit(5);
        scheduler.RunUntilIdle();
        stream.RequestTransmit();
        scheduler.RunUntilIdle();

        Assert.Equal([5, null], lengths);
    }

    [Fact]
    public void A_refused_message_of_a_lasting_connection_does_not_announce_idleness()
    {
        var (bench, scheduler) = NewBench();
        bench.Network.OnAttempt = static peer =>
        {
            peer.Accept();
            peer.Acknowledge(false, 1, new(SsPhase.Peer, SsCauseCode.PeerRefused, "refused"));
        };
        var (stream, handler) = bench.Create("link");

        stream.Connect();
        scheduler.RunUntilIdle();

        Assert.Equal(SsNextAction.None, handler.CauseOf(SsState.QosNackRemote).NextAction);
    }

    private static (CoreBench Bench, ManualScheduler Scheduler) NewBench()
    {
        var scheduler = new ManualScheduler();
        return (new CoreBench(scheduler: scheduler), scheduler);
    }
}
