using System.Globalization;
using System.Text;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Faults;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt.Live;

/// <summary>A subscription, and credentials, that change while a stream has a session at a real broker. <c>SS_TEST_LONG=1</c> makes two hundred edits.</summary>
public class MqttSubscribeEditTests(MosquittoFixture mosquitto, ITestOutputHelper output)
{
    private static readonly int Edits = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 200 : 15;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_matches_before_and_after_a_change_of_the_filter_is_not_lost_during_it(int qos)
    {
        var broker = mosquitto.Broker;
        var (topic, id) = (MosquittoFixture.Unique("filters"), MosquittoFixture.Unique("f"));
        string[] filters = [$"{topic}/a", $"{topic}/+", $"{topic}/#"];
        var tape = new PublishTape();
        await using var relay = TcpRelay.Start(broker.Ports.Plain, tape.Watch);
        await using var readers = MqttStreams.Open(relay.Port, ("in", $$""" "mqtt_client_id": "{{id}}-in", "mqtt_qos": {{qos}}, "mqtt_subscribe": "{{filters[0]}}", "nailed_up": true """));
        var inbox = new NumberHandler();
        await using var reader = readers.Context.Create("in", inbox);
        await inbox.WaitForStateAsync(SsState.Connected);
        await using var writers = MqttStreams.Open(broker.Ports.Plain, ("out", $$""" "mqtt_client_id": "{{id}}", "mqtt_qos": {{qos}}, "mqtt_topic": "{{topic}}/a", "nailed_up": true """));
        var handler = new MqttHandler();
        await using var stream = writers.Context.Create("out", handler);
        await handler.WaitForStateAsync(SsState.Connected);

        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var sending = SendAsync();
        for (var edit = 1; edit <= Edits; edit++)
        {
            var update = readers.Context.ApplyOverlay($$"""{ "s": [{ "in": { "mqtt_subscribe": "{{filters[edit % filters.Length]}}" } }] }""", "edit");
            Assert.Equal(SsPolicyAction.Reconnect, Assert.Single(update.Effects).Action);
            await inbox.WaitForStateAsync(SsState.Connected, times: edit + 1);
            var before = inbox.Count;
            await inbox.WaitForAsync(_ => inbox.Count > before + 10, what: "messages after an edit");
        }

        await stop.CancelAsync();
        await sending;
        await inbox.WaitForAsync(_ => inbox.DistinctCount >= acknowledged, what: "every message");
        var numbers = inbox.Numbers;
        Assert.Equal(Enumerable.Range(0, acknowledged), numbers.Distinct().Order());
        if (qos == 2)
            Assert.Equal(acknowledged, numbers.Count);

        // In the order of the broker: mosquitto 2.0.11 sends one that has just come before those that it has in line, where an answer has made room a moment before.
        var wire = tape.Payloads.Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct().ToList();
        Assert.Equal(wire, numbers.Distinct());
        var jumps = wire.Zip(Enumerable.Range(0, acknowledged)).Count(static one => one.First > one.Second + 1);
        output.WriteLine($"QoS {qos}: {Edits} changes of the filter; {acknowledged} messages acknowledged, all arrived, {numbers.Count - acknowledged} of them twice; {jumps} were sent early by the broker");

        async Task SendAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await stream.SendAsync(Encoding.ASCII.GetBytes(acknowledged.ToString(CultureInfo.InvariantCulture)), SsSendFlags.WaitForAck, CancellationToken.None);
                Interlocked.Increment(ref acknowledged);
            }
        }
    }

    [Fact]
    public async Task A_password_that_changes_while_the_stream_runs_is_used_at_the_next_connect()
    {
        var broker = mosquitto.Broker;
        var id = MosquittoFixture.Unique("pass");
        await using var streams = MqttStreams.Open(
            broker.Ports.Guarded, ("x", $$""" "mqtt_client_id": "{{id}}", "mqtt_keep_alive": 30, "mqtt_password_blob": "pass", "mqtt_subscribe": "open/{{id}}", "mqtt_qos": 1, "nailed_up": true """));
        streams.Context.Blobs.Write(SsBlobNames.MqttUserName, Encoding.UTF8.GetBytes(MosquittoBroker.User));
        streams.Context.Blobs.Write("pass", "wrong"u8.ToArray());
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        await handler.WaitForStateAsync(SsState.Unreachable);
        Assert.Equal(SsCauseCode.CredentialsRefused, handler.CauseOf(SsState.Unreachable).Code);
        streams.Context.Blobs.Write("pass", Encoding.UTF8.GetBytes(MosquittoBroker.Password));
        await handler.WaitForStateAsync(SsState.Connected);

        // What stands is left alone; the next connection has what is there then.
        streams.Context.Blobs.Write("pass", "wrong again"u8.ToArray());
        Assert.DoesNotContain(SsState.Disconnected, handler.States);
        var refused = handler.States.Count(static state => state == SsState.Unreachable);
        streams.Context.ApplyOverlay("""{ "s": [{ "x": { "mqtt_keep_alive": 31 } }] }""", "edit");
        await handler.WaitForStateAsync(SsState.Unreachable, times: refused + 1);
        streams.Context.Blobs.Write("pass", Encoding.UTF8.GetBytes(MosquittoBroker.Password));
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
    }
}
