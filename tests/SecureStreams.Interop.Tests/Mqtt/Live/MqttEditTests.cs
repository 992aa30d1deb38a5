using System.Globalization;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt.Live;

/// <summary>
/// A policy that changes while messages are acknowledged by a real broker: the connection is made anew when the change asks for it, and the session carries what was under way. Of QoS 2
/// each message comes once. <c>SS_TEST_LONG=1</c> makes two hundred edits.
/// </summary>
public class MqttEditTests(MosquittoFixture mosquitto, ITestOutputHelper output)
{
    private static readonly int Edits = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 200 : 15;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_edit_loses_a_message_that_the_broker_acknowledges(int qos)
    {
        var broker = mosquitto.Broker;
        var (topic, id) = (MosquittoFixture.Unique("edits"), MosquittoFixture.Unique("e"));
        await using var streams = MqttStreams.Open(
            broker.Ports.Plain,
            ("out", $$""" "mqtt_client_id": "{{id}}", "mqtt_qos": {{qos}}, "mqtt_topic": "{{topic}}", "nailed_up": true """),
            ("in", $$""" "mqtt_client_id": "{{id}}-in", "mqtt_qos": {{qos}}, "mqtt_subscribe": "{{topic}}", "nailed_up": true """));
        var inbox = new MqttHandler();
        await using var reader = streams.Context.Create("in", inbox);
        await inbox.WaitForStateAsync(SsState.Connected);
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("out", handler);
        await handler.WaitForStateAsync(SsState.Connected);

        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var sending = SendAsync();
        var reconnects = 0;
        for (var edit = 1; edit <= Edits; edit++)
        {
            var before = Volatile.Read(ref acknowledged);
            var update = streams.Context.ApplyOverlay(
                string.Create(CultureInfo.InvariantCulture, $$"""{ "s": [{ "out": { {{(edit % 3 == 0 ? "\"timeout_ms\"" : "\"mqtt_keep_alive\"")}}: {{1000 + edit}} } }] }"""), "edit");
            Assert.True(update.Applied, update.Refusal);
            reconnects += Assert.Single(update.Effects).Action == SsPolicyAction.Reconnect ? 1 : 0;

            // Else the next edit may come before this one has been acted on, and share its reconnect, or to a stream that is only about to be connected.
            await handler.WaitForStateAsync(SsState.Disconnected, times: reconnects);
            await handler.WaitForStateAsync(SsState.Connected, times: reconnects + 1);
            await handler.WaitForAsync(_ => Volatile.Read(ref acknowledged) > before + 20, what: "acknowledgements after an edit");
        }

        await stop.CancelAsync();
        await sending;
        await inbox.WaitForAsync(one => one is MqttHandler { Messages.Count: var count } && count >= acknowledged, what: "every message");
        var texts = inbox.Texts;
        Assert.Equal(Enumerable.Range(0, acknowledged), texts.Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct());
        if (qos == 2)
            Assert.Equal(acknowledged, texts.Count);
        Assert.True(reconnects > Edits / 2, $"{reconnects} reconnects");
        Assert.Equal(reconnects, handler.States.Count(static one => one == SsState.Disconnected));
        Assert.DoesNotContain(SsState.Disconnected, inbox.States);
        output.WriteLine($"QoS {qos}: {Edits} edits, {reconnects} of them reconnects; {acknowledged} messages acknowledged, all arrived, {texts.Count - acknowledged} of them twice");

        async Task SendAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await stream.SendAsync(System.Text.Encoding.ASCII.GetBytes(acknowledged.ToString(CultureInfo.InvariantCulture)), SsSendFlags.WaitForAck, CancellationToken.None);
                Interlocked.Increment(ref acknowledged);
            }
        }
    }
}
