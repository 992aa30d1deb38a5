using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Faults;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt.Wire;

/// <summary>
/// A stream of MQTT 5 that is slow. mosquitto 2.0.11 sends it, as soon as it has answered a few messages, many more than the Receive Maximum that it was told: the stream keeps its connection, and has all
/// of them.
/// </summary>
public class MosquittoOverrunTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_slow_stream_is_not_parted_from_a_broker_that_sends_too_much(int qos)
    {
        const int Messages = 1000;
        const int Maximum = 10;
        await using var broker = await MosquittoBroker.StartAsync(new() { LogsPackets = false });
        var tape = new PacketTape(5);
        await using var relay = TcpRelay.Start(broker.Ports.Plain, tape.Watch);
        var topic = MosquittoFixture.Unique("overrun");
        await using var readers = MqttStreams.Open(
            relay.Port, ("in", $"\"mqtt_version\": 5, \"mqtt_client_id\": \"{topic}-in\", \"mqtt_qos\": {qos}, \"mqtt_receive_maximum\": {Maximum}, \"mqtt_subscribe\": \"{topic}\""));
        var inbox = new MqttHandler();
        await using var reader = readers.Context.Create("in", inbox);
        reader.Connect();
        await inbox.WaitForStateAsync(SsState.Connected);
        await using var writers = MqttStreams.Open(broker.Ports.Plain, ("out", $"\"mqtt_version\": 5, \"mqtt_client_id\": \"{topic}\", \"mqtt_qos\": {qos}, \"mqtt_topic\": \"{topic}\""));
        var outbox = new MqttHandler();
        await using var writer = writers.Context.Create("out", outbox);

        // It takes one message and rests until all others are with the broker.
        inbox.OnReceiveDo((SecureStream stream, ReadOnlySpan<byte> _, SsRxFlags _) =>
        {
            inbox.OnReceiveDo(null);
            stream.PauseReceive();
            return SsResult.Continue;
        });
        for (var number = 0; number < Messages; number++)
            outbox.Send(writer, $"{number}");
        await outbox.WaitForStateAsync(SsState.QosAckRemote, times: Messages);
        reader.ResumeReceive();
        await inbox.WaitForAsync(_ => inbox.Messages.Count >= Messages, what: "every message");
        Assert.Equal(Enumerable.Range(0, Messages).Select(static number => $"{number}").Order(), inbox.Texts.Order());
        Assert.Equal("Creating Connecting Connected", inbox.Story);
        output.WriteLine($"QoS {qos}, Receive Maximum {Maximum}: at most {MostUnanswered(tape, qos)} of {Messages} messages unanswered, all arrived once");
    }

    private static int MostUnanswered(PacketTape tape, int qos)
    {
        var (most, now) = (0, 0);
        foreach (var line in tape.Lines)
        {
            if (line.Contains("< PUBLISH", StringComparison.Ordinal))
                most = Math.Max(most, ++now);
            else if (line.Contains(qos == 1 ? "> PUBACK" : "> PUBCOMP", StringComparison.Ordinal))
                now--;
        }

        return most;
    }
}
