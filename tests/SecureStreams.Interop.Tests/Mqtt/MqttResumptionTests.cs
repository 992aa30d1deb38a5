using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>A subscriber that comes back to a session with more in it than its window.</summary>
public class MqttResumptionTests
{
    private const int Messages = 300;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_a_session_has_beyond_the_receive_maximum_comes_without_a_quarrel_over_it(int qos)
    {
        // Without a bound of its own the broker has as many under way as the client allows.
        await using var broker = await MosquittoBroker.StartAsync(new() { MaxInFlight = 0 });
        using var state = new TemporaryDirectory();
        var (client, paused) = (MosquittoFixture.Unique("resume"), new MqttHandler());
        string members = $"""
            "mqtt_version": 5, "mqtt_qos": {qos}, "mqtt_client_id": "{client}", "mqtt_subscribe": "{client}", "mqtt_receive_maximum": 100
            """;
        await using (var streams = MqttStreams.OpenKept(broker.Ports.Plain, state.Path, ("x", members)))
        {
            await using var stream = streams.Context.Create("x", paused);
            stream.Connect();
            await paused.WaitForStateAsync(SsState.Connected);
            stream.PauseReceive();
            await using var publisher = await MqttPeer.ConnectAsync("paho", broker.Ports.Plain, MosquittoFixture.Unique("pub"));
            foreach (var number in Enumerable.Range(0, Messages))
                await publisher.PublishAsync(client, BitConverter.GetBytes(number), qos);

            // All of its window is under way to it.
            await broker.WaitForLogAsync($"Sending PUBLISH to {client} (d0, q{qos}, r0, m100,");
        }

        var before = paused.Messages.Count;
        await using var next = MqttStreams.OpenKept(broker.Ports.Plain, state.Path, ("x", members));
        var handler = new MqttHandler();
        await using var again = next.Context.Create("x", handler);
        again.Connect();
        await handler.WaitForAsync(_ => handler.Messages.Select(static one => BitConverter.ToInt32(one)).Distinct().Count() >= Messages - before, what: "all messages");
        Assert.Equal(1, handler.States.Count(static one => one == SsState.Connected));
        Assert.DoesNotContain(SsState.Disconnected, handler.States);
        Assert.Equal(Enumerable.Range(before, Messages - before), handler.Messages.Select(static one => BitConverter.ToInt32(one)).Distinct());
        handler.AssertClean();
    }
}
