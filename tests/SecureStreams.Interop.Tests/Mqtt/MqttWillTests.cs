using SecureStreams.Interop.Probe.Flows;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Faults;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>The last will, and the message at connection.</summary>
public class MqttWillTests(MosquittoFixture mosquitto)
{
    [Theory]
    [InlineData(4, 0, false)]
    [InlineData(4, 1, true)]
    [InlineData(4, 2, false)]
    [InlineData(5, 0, false)]
    [InlineData(5, 1, true)]
    [InlineData(5, 2, false)]
    public async Task A_process_that_is_killed_leaves_its_will(int version, int qos, bool retain)
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("will");
        await using var subscriber = await MosquittoClients.SubscribeAsync(broker, $"{topic}/will", 2);
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = FlowProgram.Start(
            new FlowRequest(Policy(broker.Ports.Plain, topic, version, qos, retain), null, [], ["x"], []),
            line => _ = line.Kind == FlowEvent.Connected && connected.TrySetResult());
        await connected.Task.WaitAsync(TestContext.Current.CancellationToken);
        await program.KillAsync();

        Assert.Equal($"{topic}/will {qos} 0 größer", await subscriber.WaitForAsync("größer"));
        await using var later = await MosquittoClients.SubscribeAsync(broker, $"{topic}/will", 2);
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/will", "-m", "end", "-q", "1");
        await later.WaitForAsync("end");
        if (retain)
            await later.WaitForAsync("größer");
        Assert.Equal(retain ? 2 : 1, later.Messages.Count);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_stream_that_ends_in_order_leaves_none(int version)
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("nowill");
        await using var subscriber = await MosquittoClients.SubscribeAsync(broker, $"{topic}/will", 2);
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", Members(topic, version, 1, false)));
        var handler = new MqttHandler();
        var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        await stream.DisposeAsync();
        await broker.WaitForLogAsync($"Client {topic} disconnected.");
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/will", "-m", "end");
        await subscriber.WaitForAsync("end");
        Assert.Single(subscriber.Messages);
        handler.AssertCleanAndDestroyed();
    }

    [Theory]
    [InlineData(4, 0, false)]
    [InlineData(4, 1, true)]
    [InlineData(4, 2, false)]
    [InlineData(5, 1, true)]
    [InlineData(5, 2, false)]
    public async Task Every_connection_is_announced_once(int version, int qos, bool retain)
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("birth");
        await using var subscriber = await MosquittoClients.SubscribeAsync(broker, $"{topic}/birth", 2);
        var members = $$"""
            "mqtt_client_id": "{{topic}}", "mqtt_version": {{version}}, "mqtt_clean_start": true, "metadata": [{ "name": "" }],
            "mqtt_birth_topic": "{{topic}}/birth", "mqtt_birth_message": "here is ${name}", "mqtt_birth_qos": {{qos}}, "mqtt_birth_retain": {{(retain ? "true" : "false")}}
            """;
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", $"{members}, \"mqtt_subscribe\": \"{topic}/x\""), ("y", $"{members}, \"mqtt_subscribe\": \"{topic}/y\""));
        var (first, second) = (new MqttHandler(), new MqttHandler());
        await using var one = streams.Context.Create("x", first, new() { Metadata = { ["name"] = "we" } });
        await using var two = streams.Context.Create("y", second, new() { Metadata = { ["name"] = "we" } });
        one.Connect();
        await first.WaitForStateAsync(SsState.Connected);
        await subscriber.WaitForAsync("here is we");

        // The second stream shares the connection, which has been announced.
        two.Connect();
        await second.WaitForStateAsync(SsState.Connected);
        one.Disconnect();
        two.Disconnect();
        await first.WaitForStateAsync(SsState.Disconnected);
        await second.WaitForStateAsync(SsState.Disconnected);
        await broker.WaitForLogAsync($"Client {topic} disconnected.");
        one.Connect();
        await first.WaitForStateAsync(SsState.Connected, times: 2);
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/birth", "-m", "end", "-q", "1");
        await subscriber.WaitForAsync("end");
        Assert.Equal([$"{topic}/birth {qos} 0 here is we", $"{topic}/birth {qos} 0 here is we", $"{topic}/birth 1 0 end"], subscriber.Messages);
        await using var later = await MosquittoClients.SubscribeAsync(broker, $"{topic}/birth", 2);
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{topic}/birth", "-m", "later", "-q", "1");
        await later.WaitForAsync("later");
        if (retain)
            await later.WaitForAsync("here is we");
        Assert.Equal(retain ? 2 : 1, later.Messages.Count);
        first.AssertClean();
        second.AssertClean();
    }

    private static string Members(string topic, int version, int qos, bool retain) => $"""
        "mqtt_client_id": "{topic}", "mqtt_version": {version}, "mqtt_clean_start": true, "mqtt_subscribe": "{topic}/in",
        "mqtt_will_topic": "{topic}/will", "mqtt_will_message": "größer", "mqtt_will_qos": {qos}, "mqtt_will_retain": {(retain ? "true" : "false")}
        """;

    private static string Policy(int port, string topic, int version, int qos, bool retain) =>
        $$"""{ "s": [{ "x": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "mqtt", {{Members(topic, version, qos, retain)}} } }] }""";
}
