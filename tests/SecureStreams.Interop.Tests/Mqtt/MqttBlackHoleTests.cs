using System.Globalization;
using SecureStreams.Interop.Tests.BlackHole;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>A broker whose packets really vanish, without a reset or an end: in a network namespace, behind rules of the packet filter. What passes the bound is printed.</summary>
public class MqttBlackHoleTests(ITestOutputHelper output)
{
    private const int Connections = 20;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(1);
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Fact]
    public async Task Every_connection_notices_a_dead_broker_and_goes_on_when_the_network_heals()
    {
        await using var place = await NetworkNamespace.CreateAsync();
        await using var broker = await MosquittoBroker.StartAsync(new() { Address = place.Address, Inside = place.Inside });
        var members = string.Create(CultureInfo.InvariantCulture, $$"""
            "mqtt_keep_alive": {{KeepAlive.TotalSeconds}}, "mqtt_clean_start": true, "mqtt_subscribe": "x", "connect_timeout_ms": 1000
            """);
        var all = new List<(MqttStreams Streams, RecordingHandler Handler, SecureStream Stream, long[] Lost)>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                var streams = MqttStreams.OpenAt(place.Address, broker.Ports.Plain, "\"conceal\": 65535", ("x", members));
                var lost = new long[1];
                var handler = new RecordingHandler().OnStateDo(SsState.Disconnected, _ => lost[0] = Clock.GetTimestamp());
                var stream = streams.Context.Create("x", handler);
                stream.Connect();
                all.Add((streams, handler, stream, lost));
            }

            await Task.WhenAll(all.Select(static one => one.Handler.WaitForStateAsync(SsState.Connected)));
            await place.OpenAsync(Hole.Both);
            var opened = Clock.GetTimestamp();
            await Task.WhenAll(all.Select(static one => one.Handler.WaitForStateAsync(SsState.Disconnected)));
            Assert.True(await place.SwallowedAsync() > 0);
            Assert.All(all, static one =>
            {
                var cause = one.Handler.CauseOf(SsState.Disconnected);
                Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
            });

            // The last sign of life came before the hole, at most a keep-alive earlier; then a PINGREQ, and as long again without its answer.
            var past = all.Select(one => (Clock.GetElapsedTime(opened, one.Lost[0]) - (KeepAlive * 2)).TotalMilliseconds).Order().ToList();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{past.Count} of {Connections} noticed; past twice the keep-alive of {KeepAlive.TotalSeconds} s after the hole by {past[0]:0} to {past[^1]:0} ms, median {past[past.Count / 2]:0} ms (goal: at most 250)"));

            await place.CloseAsync();
            await Task.WhenAll(all.Select(static one => one.Handler.WaitForStateAsync(SsState.Connected, times: 2)));
            Assert.All(all, static one => one.Handler.AssertClean());
        }
        finally
        {
            await Task.WhenAll(all.Select(static one => one.Streams.DisposeAsync().AsTask()));
        }
    }
}
