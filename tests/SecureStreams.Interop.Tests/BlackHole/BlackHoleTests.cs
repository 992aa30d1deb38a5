using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>
/// Peers whose packets really vanish, without a reset or an end: a server in a network namespace, behind rules of the packet filter. What passes the policy's bound is printed;
/// nothing here depends on how long it is.
/// </summary>
public class BlackHoleTests(ITestOutputHelper output)
{
    private const int Streams = 20;
    private const int TickMilliseconds = 50;

    private static readonly TimeProvider Clock = TimeProvider.System;

    [Theory]
    [InlineData("h1s")]
    [InlineData("h2")]
    [InlineData("raws")]
    [InlineData("wss")]
    public async Task Every_stream_notices_a_dead_peer_says_so_and_goes_on_when_the_network_heals(string name)
    {
        await using var place = await NetworkNamespace.CreateAsync();
        var wire = TestWire.Parse(name);
        var streams = Enumerable.Range(0, Streams).Select(_ => HoleStream.Open(place, wire, WireTask.Tick(TickMilliseconds))).ToList();
        try
        {
            await Task.WhenAll(streams.Select(static one => one.Recorder.HeardAsync(5)));
            await place.OpenAsync(Hole.Both);
            await Task.WhenAll(streams.Select(static one => one.Recorder.WaitForStateAsync(SsState.Disconnected)));
            Assert.True(await place.SwallowedAsync() > 0);

            Assert.All(streams, static one =>
            {
                var cause = one.Recorder.CauseOf(SsState.Disconnected);
                Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
            });
            Report(wire, streams);

            // The hole stands: attempts come to nothing, each with a reason.
            await Task.WhenAll(streams.Select(static one => one.Recorder.WaitForStateAsync(SsState.Unreachable)));
            Assert.All(streams, static one => Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (one.Recorder.CauseOf(SsState.Unreachable).Phase, one.Recorder.CauseOf(SsState.Unreachable).Code)));

            await place.CloseAsync();
            await Task.WhenAll(streams.Select(static one => one.Recorder.HeardAsync(5, connection: 2)));
            Assert.All(streams, static one => one.Recorder.AssertClean());
        }
        finally
        {
            await Task.WhenAll(streams.Select(static one => one.DisposeAsync().AsTask()));
        }
    }

    [Theory]
    [InlineData("h1s", Hole.Both, "still connecting")]
    [InlineData("h2", Hole.Both, "still connecting")]
    [InlineData("h2", Hole.ToServer, "still connecting")]
    [InlineData("h2", Hole.ToClient, "still connecting")]
    [InlineData("h1s", Hole.PayloadToServer, "still waiting for the TLS handshake")]
    [InlineData("h2", Hole.PayloadToServer, "still waiting for the TLS handshake")]
    [InlineData("raws", Hole.Both, "still connecting")]
    [InlineData("raws", Hole.PayloadToServer, "still waiting for the TLS handshake")]
    [InlineData("wss", Hole.Both, "still connecting")]
    [InlineData("wss", Hole.PayloadToServer, "still waiting for the TLS handshake")]
    [InlineData("ws", Hole.PayloadToServer, "still waiting for the answer to the upgrade")]
    internal async Task A_network_that_dies_on_the_way_to_a_connection_is_told_with_the_step_and_left_behind(string name, Hole hole, string step)
    {
        await using var place = await NetworkNamespace.CreateAsync();
        await place.OpenAsync(hole);
        await using var stream = HoleStream.Open(place, TestWire.Parse(name), WireTask.Tick(TickMilliseconds));

        await stream.Recorder.WaitForStateAsync(SsState.Unreachable);
        Assert.Equal(SsCauseCode.ConnectTimeout, stream.Recorder.CauseOf(SsState.Unreachable).Code);
        output.WriteLine(stream.DetailOf(SsState.Unreachable));
        Assert.Contains(step, stream.DetailOf(SsState.Unreachable), StringComparison.Ordinal);

        await place.CloseAsync();
        await stream.Recorder.HeardAsync(5);
        Assert.StartsWith("Creating Connecting Unreachable Poll Connecting ", stream.Recorder.Story, StringComparison.Ordinal);
        stream.Recorder.AssertClean();
    }

    [Theory]
    [InlineData("h2")]
    [InlineData("raws")]
    [InlineData("wss")]
    public async Task A_sender_before_full_windows_notices_that_its_peer_has_gone(string name)
    {
        const long Rate = 400_000;
        await using var place = await NetworkNamespace.CreateAsync();
        await using var stream = HoleStream.Open(place, TestWire.Parse(name), WireTask.Drain(Rate), length: long.MaxValue / 2);

        // What is committed faster than it is taken fills all that lies between, until some of it waits in the stream itself.
        await stream.Recorder.WaitForAsync(_ => stream.Recorder.Heard >= 20 && stream.Stream.TxQueued > 0, what: "signs that the peer takes less than is sent");
        await place.OpenAsync(Hole.Both);
        await stream.Recorder.WaitForStateAsync(SsState.Disconnected);
        var cause = stream.Recorder.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
        Report(TestWire.Parse(name), [stream]);

        await place.CloseAsync();
        await stream.Recorder.HeardAsync(5, connection: 2);
        stream.Recorder.AssertClean();
    }

    private void Report(TestWire wire, List<HoleStream> streams)
    {
        var bound = BlackHoleBounds.Of(wire.Protocol);
        var past = streams.Select(one => (Clock.GetElapsedTime(one.Recorder.LastHeard, one.Recorder.FirstAt(SsState.Disconnected)) - bound.Hangup).TotalMilliseconds).Order().ToList();
        output.WriteLine(
            $"{wire.Protocol}{(wire.Tls ? " over TLS" : "")}: {past.Count} of {streams.Count} noticed, past the bound of {bound.HangupMilliseconds} ms by {past[0]:0} to {past[^1]:0} ms, median {past[past.Count / 2]:0} ms (goal 250)");
    }
}
