using System.Net;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>A network that is slow and loses packets, and at last all of them: it costs no stream while it carries anything, and its end is noticed through it.</summary>
public class BadNetworkTests(ITestOutputHelper output)
{
    private const int Streams = 20;
    private const int TickMilliseconds = 50;

    // So rare that what is sent again is hardly ever lost as well: time for a second repetition would be as long as the policies' bounds.
    private const int LostEvery = 200;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(60);

    [Theory]
    [InlineData("h1s")]
    [InlineData("h2")]
    [InlineData("raws")]
    [InlineData("wss")]
    public async Task Loss_and_delay_cost_no_stream_and_a_peer_that_dies_behind_them_is_noticed(string name)
    {
        var wire = TestWire.Parse(name);
        var task = WireTask.Tick(TickMilliseconds);
        await using var place = await NetworkNamespace.CreateAsync();
        await using var relay = TcpRelay.Start(
            new IPEndPoint(IPAddress.Parse(place.Address), wire.PortOf(place.Host.Ports, task)), static (_, connection) => connection.Delay(RelayDirection.Both, Latency));
        var streams = Enumerable.Range(0, Streams).Select(_ => HoleStream.Open(place, wire, task, relay: relay)).ToList();
        try
        {
            await Task.WhenAll(streams.Select(static one => one.Recorder.HeardAsync(5)));
            await place.LoseAsync(LostEvery);
            await Task.WhenAll(streams.Select(static one => one.Recorder.HeardAsync(60)));
            var lost = await place.SwallowedAsync();
            Assert.All(streams, static one => Assert.Equal("Creating Connecting Connected", one.Recorder.Story.Trim()));
            Assert.True(lost > 0);

            await place.OpenAsync(Hole.Both);
            await Task.WhenAll(streams.Select(static one => one.Recorder.WaitForStateAsync(SsState.Disconnected)));
            Assert.All(streams, static one =>
            {
                var cause = one.Recorder.CauseOf(SsState.Disconnected);
                Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
            });
            output.WriteLine($"{name}: {lost} packets lost on the way, {Latency.TotalMilliseconds:0} ms later than sent each way; {Streams} of {Streams} went on, and noticed the end");
        }
        finally
        {
            await Task.WhenAll(streams.Select(static one => one.DisposeAsync().AsTask()));
        }
    }
}
