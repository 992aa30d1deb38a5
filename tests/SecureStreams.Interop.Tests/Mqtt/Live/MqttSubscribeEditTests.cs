using System.Globalization;
using System.Text;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Streams;

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
        await using var streams = MqttStreams.Open(
            broker.Ports.Plain,
            ("out", $$""" "mqtt_client_id": "{{id}}", "mqtt_qos": {{qos}}, "mqtt_topic": "{{topic}}/a", "nailed_up": true """),
            ("in", $$""" "mqtt_client_id": "{{id}}-in", "mqtt_qos": {{qos}}, "mqtt_subscribe": "{{filters[0]}}", "nailed_up": true """));
        var inbox = new MqttHandler();
        await using var reader = streams.Context.Create("in", inbox);
        await inbox.WaitForStateAsync(SsState.Connected);
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("out", handler);
        await handler.WaitForStateAsync(SsState.Connected);

        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var sending = SendAsync();
        for (var edit = 1; edit <= Edits; edit++)
        {
            var update = streams.Context.ApplyOverlay($$"""{ "s": [{ "in": { "mqtt_subscribe": "{{filters[edit % filters.Length]}}" } }] }""", "edit");
            Assert.Equal(SsPolicyAction.Reconnect, Assert.Single(update.Effects).Action);
            await inbox.WaitForStateAsync(SsState.Connected, times: edit + 1);
            var before = inbox.Messages.Count;
            await inbox.WaitForAsync(_ => inbox.Messages.Count > before + 10, what: "messages after an edit");
        }

        await stop.CancelAsync();
        await sending;
        await inbox.WaitForAsync(_ => inbox.Texts.Distinct().Count() >= acknowledged, what: "every message");
        var texts = inbox.Texts;
        Assert.Equal(Enumerable.Range(0, acknowledged), texts.Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct());
        if (qos == 2)
            Assert.Equal(acknowledged, texts.Count);
        output.WriteLine($"QoS {qos}: {Edits} changes of the filter; {acknowledged} messages acknowledged, all arrived, {texts.Count - acknowledged} of them twice");

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
