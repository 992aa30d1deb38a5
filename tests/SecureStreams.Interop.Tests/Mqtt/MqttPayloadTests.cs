using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>Long payloads, and too long ones.</summary>
public class MqttPayloadTests(MosquittoFixture mosquitto)
{
    private const int TenMebibytes = 10 * 1024 * 1024;

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 0)]
    [InlineData(5, 2)]
    public async Task Ten_mebibytes_go_and_come_as_they_were(int version, int qos)
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("large");
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", $"""
            "mqtt_version": {version}, "mqtt_qos": {qos}, "mqtt_clean_start": true, "mqtt_topic": "{topic}/out", "mqtt_subscribe": "{topic}/in"
            """));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);

        var payload = DeterministicBytes.Make(TenMebibytes, 5);
        var received = await MosquittoClients.ReceiveOneAsync(broker, $"{topic}/out", 2, () =>
        {
            handler.Send(stream, payload);
            return Task.CompletedTask;
        });
        Assert.Equal((TenMebibytes, MqttHandler.Sha256(payload)), received);

        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "payload");
        var other = DeterministicBytes.Make(TenMebibytes, 6);
        await File.WriteAllBytesAsync(file, other, TestContext.Current.CancellationToken);
        await MosquittoClients.PublishFileAsync(broker.Ports.Plain, $"{topic}/in", file, qos);
        await handler.WaitForAsync(_ => handler.Messages.Count == 1, what: "the message");
        Assert.Equal(MqttHandler.Sha256(other), MqttHandler.Sha256(handler.Messages[0]));

        // In pieces, of which only the first begins and only the last ends the message.
        var pieces = handler.Events.Where(static one => one.Kind == RecordedKind.Receive).ToList();
        Assert.True(pieces.Count > 100);
        Assert.All(pieces, static piece => Assert.InRange(piece.Length, 1, 16 * 1024));
        Assert.True(pieces[0].Flags.HasFlag(SsRxFlags.StartOfMessage) && pieces[^1].Flags.HasFlag(SsRxFlags.EndOfMessage));
        handler.AssertClean();
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 2)]
    public async Task What_is_too_long_is_refused_before_a_byte_leaves_and_the_connection_goes_on(int version, int qos)
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("over");
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", $"""
            "mqtt_version": {version}, "mqtt_qos": {qos}, "mqtt_client_id": "{topic}", "mqtt_clean_start": true, "mqtt_topic": "{topic}", "mqtt_subscribe": "{topic}", "max_message_bytes": 268435455
            """));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);

        // Announced: the longest that a packet could carry without a topic, and the first that none can.
        foreach (var length in (long[])[268_435_455, 268_435_456])
            stream.RequestTransmit(length);
        await handler.WaitForStateAsync(SsState.QosNackRemote);
        var cause = handler.CauseOf(SsState.QosNackRemote);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge), (cause.Phase, cause.Code));
        Assert.Contains("268435455", streams.LastDetail.ToString(), StringComparison.Ordinal);

        handler.Send(stream, "short");
        await handler.WaitForTextAsync("short");
        Assert.Equal((1, 1), (broker.Count($" as {topic} "), broker.Count($"Received PUBLISH from {topic}")));
        Assert.DoesNotContain(SsState.Disconnected, handler.States);
        handler.AssertClean();
    }

    [Fact]
    public async Task What_turns_out_too_long_while_it_is_written_is_refused_as_well()
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("grew");
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", $"""
            "mqtt_qos": 1, "mqtt_client_id": "{topic}", "mqtt_clean_start": true, "mqtt_topic": "{topic}"
            """));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        handler.Send(stream, new byte[(16 * 1024 * 1024) + 1]);
        handler.Send(stream, "short");
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge), (handler.CauseOf(SsState.QosNackRemote).Phase, handler.CauseOf(SsState.QosNackRemote).Code));
        Assert.Equal((1, 1), (broker.Count($" as {topic} "), broker.Count($"Received PUBLISH from {topic}")));
        handler.AssertClean();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_longer_message_than_the_policy_takes_ends_the_connection_with_that_cause_and_comes_no_more(int qos)
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("cap");
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", $"""
            "mqtt_qos": {qos}, "mqtt_clean_start": true, "mqtt_subscribe": "{topic}", "max_message_bytes": 1000
            """));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", topic, "-m", new string('x', 1001), "-q", "1");
        await handler.WaitForStateAsync(SsState.Disconnected);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge), (cause.Phase, cause.Code));
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", topic, "-m", new string('y', 1000), "-q", "1");
        await handler.WaitForTextAsync(new string('y', 1000));
        Assert.Single(handler.Messages);
        Assert.Contains("max_message_bytes", streams.LastDetail.ToString(), StringComparison.Ordinal);
        handler.AssertClean();
    }
}
