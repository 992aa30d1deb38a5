using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>What follows what once an attempt succeeded, by kind of streamtype.</summary>
public sealed class LifeCycleTests
{
    [Fact]
    public async Task A_transaction_runs_from_Creating_to_Disconnected_and_then_idles()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("http");

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        peer.Send("hello"u8.ToArray(), SsRxFlags.StartOfMessage);
        peer.Send(default, SsRxFlags.EndOfMessage);
        peer.Acknowledge(ack: true, 200);
        peer.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal("hello", handler.ReceivedText);
        Assert.Equal(200, handler.LastOf(SsState.QosAckRemote).Ack);
        Assert.Equal((SsCauseCode.Completed, SsNextAction.Idle), (handler.CauseOf(SsState.Disconnected).Code, handler.CauseOf(SsState.Disconnected).NextAction));
        bench.Clock.AssertNoArmedTimers();
        handler.AssertClean();
    }

    [Fact]
    public async Task A_refused_transaction_is_told_with_its_status_and_is_not_retried()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("http");

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        peer.Acknowledge(ack: false, 404, new(SsPhase.Peer, SsCauseCode.PeerRefused, "404 is not what the policy expects.") { Status = 404, PeerText = "404 Not Found" });
        peer.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Connecting Connected QosNackRemote Disconnected", handler.Story);
        var cause = handler.CauseOf(SsState.QosNackRemote);
        Assert.Equal((SsCauseCode.PeerRefused, 404), (cause.Code, cause.Status));
        Assert.Equal("404 Not Found", bench.Context.Diagnostics.Find(cause.DetailId)!.PeerText);
        bench.Clock.AssertNoArmedTimers();
    }

    [Theory]
    [InlineData(SsState.QosAckRemote)]
    [InlineData(SsState.QosNackRemote)]
    [InlineData(SsState.Disconnected)]
    public async Task The_next_transaction_may_be_asked_for_as_soon_as_this_one_is_decided(SsState at)
    {
        await using var bench = new CoreBench();
        var again = true;
        var (stream, handler) = bench.Create("http", h => h.OnStateDo(at, s =>
        {
            if (again)
                s.Connect();
            again = false;
        }));

        stream.Connect();
        for (var i = 0; i < 2; i++)
        {
            var peer = await bench.NextAttemptAsync();
            peer.Accept();
            peer.Acknowledge(at != SsState.QosNackRemote, 200);
            peer.Close(null);
        }

        await handler.WaitForStateAsync(SsState.Disconnected, times: 2);
        var verdict = at == SsState.QosNackRemote ? "QosNackRemote" : "QosAckRemote";
        Assert.Equal($"Creating Connecting Connected {verdict} Disconnected Connecting Connected {verdict} Disconnected", handler.Story);
        handler.AssertClean();
    }

    [Fact]
    public async Task An_answer_cut_short_is_told_and_retried_with_a_growing_delay_until_retries_are_used_up()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("http");

        stream.Connect();
        foreach (var delay in new[] { 1, 2, 3 })
        {
            var peer = await bench.NextAttemptAsync();
            peer.Accept();
            peer.Send("hel"u8.ToArray(), SsRxFlags.StartOfMessage);
            peer.Close(CoreBench.Reset);
            await bench.PassAsync(TimeSpan.FromSeconds(delay));
            Assert.Equal(SsCauseCode.ConnectionReset, handler.CauseOf(SsState.Disconnected).Code);
            Assert.Equal(TimeSpan.FromSeconds(delay), handler.CauseOf(SsState.Disconnected).NextDelay);
        }

        var last = await bench.NextAttemptAsync();
        last.Accept();
        last.Close(CoreBench.Reset);
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);

        Assert.EndsWith("Poll Connecting Connected Disconnected Unreachable AllRetriesFailed", handler.Story, StringComparison.Ordinal);
        Assert.Single(handler.States, SsState.AllRetriesFailed);
        handler.AssertClean();
    }

    [Fact]
    public async Task An_opportunistic_stream_retries_what_never_connected_and_lets_a_cut_answer_be()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("once");

        stream.Connect();
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        peer.Close(CoreBench.Reset);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Connecting Unreachable Poll Connecting Connected Disconnected", handler.Story);
        Assert.Equal(SsNextAction.Idle, handler.CauseOf(SsState.Disconnected).NextAction);
        bench.Clock.AssertNoArmedTimers();
        handler.AssertClean();
    }

    [Fact]
    public async Task A_lasting_connection_that_ends_is_made_again_with_a_fresh_count()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link");

        stream.Connect();
        (await bench.NextAttemptAsync()).Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
        {
            var peer = await bench.NextAttemptAsync();
            peer.Accept();
            peer.Close(null);
            await bench.PassAsync(TimeSpan.FromSeconds(1));
        }

        Assert.DoesNotContain(SsState.AllRetriesFailed, handler.States);
        Assert.Equal(SsCauseCode.PeerClosed, handler.CauseOf(SsState.Disconnected).Code);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_nailed_up_stream_connects_at_creation_with_the_metadata_it_was_given()
    {
        await using var bench = new CoreBench();
        var (_, handler) = bench.Create("nailed", options: new() { Metadata = { ["region"] = "uk" } });

        var peer = await bench.NextAttemptAsync();
        Assert.Equal("uk.peer.test", peer.Policy.Endpoint!.Expand(peer.Setup.Metadata.Outgoing));
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_restarted_request_shows_Connecting_again_and_its_body_is_asked_for_again()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("post", h => h.OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            "body"u8.CopyTo(tx.Buffer);
            tx.Commit(4, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        }));

        stream.RequestTransmit(4);
        var peer = await bench.NextAttemptAsync();
        Assert.Equal(4, peer.Setup.TransmitLength);
        peer.AllowTransmit(due: true);
        peer.Restart(new(SsPhase.Protocol, SsCauseCode.None, "redirected"));
        peer.AllowTransmit(due: true);
        peer.Accept();
        peer.Acknowledge(true, 200);
        peer.Close(null);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal("Creating Poll Connecting Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal(2, handler.Transmits);
        handler.AssertClean();
    }

    [Fact]
    public async Task User_states_and_timeouts_never_replace_the_state()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("http");

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        stream.StartTimeout(SecureStream.FromPolicy);
        await bench.PassAsync(TimeSpan.FromMilliseconds(1500));
        await handler.WaitForStateAsync(SsState.Timeout);
        Assert.Equal(SsState.Connecting, stream.State);
        peer.UserState(1003, 404);
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Connected);

        Assert.Equal(404, handler.LastOf((SsState)1003).Ack);
        Assert.Equal(SsState.Connected, stream.State);
        handler.AssertClean();
    }

    [Fact]
    public async Task The_timer_stops_when_the_transaction_is_decided_and_a_stopped_timer_never_fires()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("http", h => h.OnStateDo(SsState.Connected, static s => s.StartTimeout(TimeSpan.FromSeconds(5))));

        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        stream.StartTimeout(TimeSpan.FromSeconds(9));
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(9));
        peer.Acknowledge(true, 200);
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        bench.Clock.AssertNoArmedTimers();
        bench.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(SsState.Timeout, handler.States);
    }

    [Fact]
    public void Connecting_and_giving_up_before_anything_was_told_tells_nothing()
    {
        var scheduler = new ManualScheduler();
        var bench = new CoreBench(scheduler: scheduler);
        var (stream, handler) = bench.Create("http");

        stream.Connect();
        stream.Disconnect();
        scheduler.RunUntilIdle();

        Assert.Equal("Creating", handler.Story);
        Assert.Equal(0, bench.Network.Attempts);
        handler.AssertClean();
        bench.Log.AssertClean();
    }

    [Fact]
    public void Connecting_afresh_and_giving_up_while_a_retry_was_promised_tells_the_end()
    {
        var scheduler = new ManualScheduler();
        var bench = new CoreBench(scheduler: scheduler);
        bench.Network.OnAttempt = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = bench.Create("http");

        stream.Connect();
        scheduler.RunUntilIdle();
        stream.Connect();
        stream.Disconnect();
        scheduler.RunUntilIdle();

        Assert.Equal("Creating Connecting Unreachable AllRetriesFailed", handler.Story);
        bench.Clock.AssertNoArmedTimers();
        handler.AssertClean();
        bench.Log.AssertClean();
    }

    [Fact]
    public async Task A_timer_may_be_started_where_the_flow_of_the_execution_context_is_suppressed()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("http", h => h.OnStateDo(SsState.Connecting, static s =>
        {
            using (ExecutionContext.SuppressFlow())
                s.StartTimeout(TimeSpan.FromSeconds(1));
        }));

        stream.Connect();
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        await handler.WaitForStateAsync(SsState.Timeout);
        handler.AssertClean();
    }
}
