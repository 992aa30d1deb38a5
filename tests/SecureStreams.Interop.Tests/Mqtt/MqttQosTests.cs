using System.Globalization;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>Every QoS, retained or not, with and without a session that lasts, in both versions, both ways through mosquitto.</summary>
public class MqttQosTests(MosquittoFixture mosquitto)
{
    public static TheoryData<int, int, bool, bool> All
    {
        get
        {
            var all = new TheoryData<int, int, bool, bool>();
            foreach (var version in new[] { 4, 5 })
            {
                for (var qos = 0; qos <= 2; qos++)
                {
                    foreach (var retain in new[] { false, true })
                    {
                        all.Add(version, qos, retain, true);
                        all.Add(version, qos, retain, false);
                    }
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Messages_go_and_come_as_the_policy_says(int version, int qos, bool retain, bool clean)
    {
        var broker = mosquitto.Broker;
        var (topic, id) = (MosquittoFixture.Unique("matrix"), MosquittoFixture.Unique("m"));
        await using var subscriber = await MosquittoClients.SubscribeAsync(broker, $"{topic}/out", 2);
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", string.Create(CultureInfo.InvariantCulture, $"""
            "mqtt_client_id": "{id}", "mqtt_keep_alive": 30, "mqtt_version": {version}, "mqtt_qos": {qos}, "mqtt_retain": {Text(retain)}, "mqtt_clean_start": {Text(clean)},
            "mqtt_topic": "{topic}/out", "mqtt_subscribe": "{topic}/in"
            """)));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);

        handler.Send(stream, "one");
        Assert.Equal($"{topic}/out {qos} 0 one", await subscriber.WaitForAsync("one"));
        await broker.WaitForLogAsync($" as {id} (p{(version == 5 ? 5 : 2)}, c{(clean ? 1 : 0)}, k30).");
        if (qos > 0)
            await handler.WaitForStateAsync(SsState.QosAckRemote);

        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/in", "-q", "2", "-m", "two");
        await handler.WaitForTextAsync("two");
        await broker.WaitForLogAsync($"Sending PUBLISH to {id} (d0, q{qos}, r0, ");

        // Who comes later gets what is retained, and nothing else.
        await using var later = await MosquittoClients.SubscribeAsync(broker, $"{topic}/out", 2);
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/out", "-q", "1", "-m", "end");
        await later.WaitForAsync("end");
        if (retain)
            await later.WaitForAsync("one");
        string[] expected = retain ? [$"{topic}/out 1 0 end", $"{topic}/out {qos} 1 one"] : [$"{topic}/out 1 0 end"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), later.Messages.Order(StringComparer.Ordinal));

        // What comes while it is away is kept for it only in a session that lasts, and only above QoS 0.
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await broker.WaitForLogAsync($"Client {id} disconnected.");
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/in", "-q", "2", "-m", "away");
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/in", "-q", "2", "-m", "back");
        await handler.WaitForTextAsync("back");
        Assert.Equal(!clean && qos > 0 ? ["two", "away", "back"] : ["two", "back"], handler.Texts);
        Assert.Equal(qos > 0 ? 1 : 0, handler.States.Count(static state => state == SsState.QosAckRemote));
        Assert.DoesNotContain(SsState.QosNackRemote, handler.States);
        handler.AssertClean();
    }

    private static string Text(bool flag) => flag ? "true" : "false";
}
