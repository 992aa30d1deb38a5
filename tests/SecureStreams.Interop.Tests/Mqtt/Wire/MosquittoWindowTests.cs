using System.Globalization;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Faults;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt.Wire;

/// <summary>
/// More messages of QoS 2 at once than mosquitto's <c>max_inflight_messages</c>, which in MQTT 3.1.1 it cannot tell of: who is at fault for those that do not arrive is read off the wire. mosquitto 2.0.11 puts
/// what is beyond its window aside, completes its exchange all the same (PUBCOMP), and does not pass it on.
/// </summary>
public class MosquittoWindowTests(ITestOutputHelper output)
{
    private const int Window = 20;
    private const int Messages = 200;

    [Theory]
    [InlineData(Window)]
    [InlineData(1000)]
    public async Task What_a_client_of_a_few_lines_has_completed_with_the_broker(int window)
    {
        const int Count = 3 * Window;
        await using var broker = await MosquittoBroker.StartAsync(new() { MaxInFlight = window });
        var topic = MosquittoFixture.Unique("window");
        await using var subscriber = await Clients.MosquittoClients.SubscribeAsync(broker, topic, 0);
        using var client = new WireClient(MqttVersion.V311);
        await client.ConnectAsync(broker.Ports.Plain);
        var id = MosquittoFixture.Unique("few");
        await client.SendAsync((Span<byte> to, out int written) => MqttPacketWriter.TryWriteConnect(to, new MqttConnect { Version = MqttVersion.V311, CleanStart = true, ClientId = Encoding.ASCII.GetBytes(id) }, out written));
        Assert.Equal(["CONNACK"], await client.NextAsync(1));

        // All of them before it answers a single PUBREC.
        for (var number = 1; number <= Count; number++)
        {
            var text = Text(number);
            await client.SendAsync(
                (Span<byte> to, out int written) => MqttPacketWriter.TryWritePublishHead(to, MqttVersion.V311, new MqttPublish { Topic = Encoding.ASCII.GetBytes(topic), Qos = MqttQos.ExactlyOnce, PacketId = (ushort)number, PayloadBytes = text.Length }, out written),
                text);
        }

        var completed = new List<ushort>();
        while (completed.Count < Count)
        {
            var packet = await client.NextAsync() ?? throw new CheckFailedException(broker.Describe());
            if (packet.Type == MqttPacketType.PublishComplete)
                completed.Add(packet.PacketId);
        }

        Assert.Equal(Enumerable.Range(1, Count), completed.Select(static one => (int)one).Order());

        // Behind them, so that nothing of them comes any more.
        await Clients.MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", topic, "-m", "end");
        await subscriber.WaitForAsync("end");
        var arrived = subscriber.Messages.Count - 1;
        output.WriteLine($"max_inflight_messages {window}: {Count} messages of QoS 2 at once, all completed by the broker's PUBCOMP; {arrived} were passed on, {Count - arrived} are lost");
        if (window > Count)
            Assert.Equal(Count, arrived);
    }

    [Theory]
    [InlineData("\"mqtt_version\": 4, \"mqtt_receive_maximum\": 20", true)]
    [InlineData("\"mqtt_version\": 5", true)]
    [InlineData("\"mqtt_version\": 4", true)]
    [InlineData("\"mqtt_version\": 4, \"mqtt_receive_maximum\": 99", false)]
    public async Task A_stream_ends_every_exchange_and_within_the_window_everything_arrives_once(string members, bool isWithin)
    {
        await using var broker = await MosquittoBroker.StartAsync(new() { MaxInFlight = Window, LogsPackets = false });
        var version = members.Contains('5', StringComparison.Ordinal) ? 5 : 4;
        var (sent, received) = (new PacketTape(version), new PacketTape(version));
        await using var toPublish = TcpRelay.Start(broker.Ports.Plain, sent.Watch);
        await using var toReceive = TcpRelay.Start(broker.Ports.Plain, received.Watch);
        var topic = MosquittoFixture.Unique("window");
        await using var readers = MqttStreams.Open(toReceive.Port, ("in", $"{members}, \"mqtt_client_id\": \"{topic}-in\", \"mqtt_qos\": 2, \"mqtt_subscribe\": \"{topic}\""));
        var inbox = new MqttHandler();
        await using var reader = readers.Context.Create("in", inbox);
        reader.Connect();
        await inbox.WaitForStateAsync(SsState.Connected);
        await using var writers = MqttStreams.Open(toPublish.Port, ("out", $"{members}, \"mqtt_client_id\": \"{topic}\", \"mqtt_qos\": 2, \"mqtt_topic\": \"{topic}\""));
        var outbox = new MqttHandler();
        await using var writer = writers.Context.Create("out", outbox);
        for (var number = 0; number < Messages; number++)
            outbox.Send(writer, Text(number));
        await outbox.WaitForStateAsync(SsState.QosAckRemote, times: Messages);

        // One behind them, alone: when it has come, the broker has passed on what it passes on.
        outbox.Send(writer, "end");
        await inbox.WaitForTextAsync("end");
        Assert.DoesNotContain(SsState.QosNackRemote, outbox.States);

        // This side has said the last word that is its own in every exchange, and the broker the last of all.
        await sent.WaitForAsync(static lines => Count(lines, "< PUBCOMP") == Count(lines, "> PUBLISH"), "the end of every exchange", () => Unfinished(sent, '>', writers));
        await received.WaitForAsync(static lines => Count(lines, "> PUBCOMP") == Count(lines, "< PUBLISH"), "the end of every exchange", () => Unfinished(received, '<', readers));
        Assert.All(Exchanges(sent, '>'), static one => Assert.Equal("> PUBLISH, < PUBREC, > PUBREL, < PUBCOMP", one.Value));
        Assert.All(Exchanges(received, '<'), static one => Assert.Equal("< PUBLISH, > PUBREC, < PUBREL, > PUBCOMP", one.Value));
        Assert.Equal(Messages + 1, Exchanges(sent, '>').Count);
        Assert.Empty(readers.Context.Diagnostics.Recent().Concat(writers.Context.Diagnostics.Recent()).Select(static detail => detail.Message));
        Assert.Equal(inbox.Texts.Count, Exchanges(received, '<').Count);
        Assert.Equal(inbox.Texts.Distinct(), inbox.Texts);
        output.WriteLine($"{members}: {Messages} messages acknowledged, {Messages + 1 - inbox.Texts.Count} of them not passed on by the broker; at most {MostUnderWay(sent)} under way");
        if (!isWithin)
            return;
        Assert.InRange(MostUnderWay(sent), 2, Window);
        Assert.Equal([.. Enumerable.Range(0, Messages).Select(Text), "end"], inbox.Texts);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The packets of each message by its identifier, which is used once here.</summary>
    private static Dictionary<string, string> Exchanges(PacketTape tape, char publishes) => tape.Lines
        .Select(static line => line.Split(' '))
        .Where(one => one[2] is "PUBREC" or "PUBREL" or "PUBCOMP" || (one[2] == "PUBLISH" && one[1][0] == publishes))
        .GroupBy(static one => one[3], static one => $"{one[1]} {one[2]}")
        .ToDictionary(static one => one.Key, static one => string.Join(", ", one));

    /// <summary>What is missing, and why a connection ended, where one did.</summary>
    private static string Unfinished(PacketTape tape, char publishes, MqttStreams streams) => string.Concat(
    [
        .. streams.Context.Diagnostics.Recent().Select(static detail => $" {detail.Message}"),
        .. Exchanges(tape, publishes).Where(static one => one.Value.Count(static c => c == ',') != 3).Select(static one => $" {one.Key}: {one.Value}."),
    ]);

    private static int Count(IReadOnlyList<string> lines, string what) => lines.Count(line => line.Contains(what, StringComparison.Ordinal));

    private static int MostUnderWay(PacketTape tape)
    {
        var (most, now) = (0, 0);
        foreach (var line in tape.Lines)
        {
            if (line.Contains("> PUBLISH", StringComparison.Ordinal))
                most = Math.Max(most, ++now);
            if (line.Contains("< PUBCOMP", StringComparison.Ordinal))
                now--;
        }

        return most;
    }
}
