using System.Globalization;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt.Live;

/// <summary>The filter of the only stream of a session that lasts is another one from now on: mosquitto ends the old subscription, nothing of it arrives, nothing that the new one has is lost, and its window is free.</summary>
public class MqttFormerFilterTests(MosquittoFixture mosquitto)
{
    // More than mosquitto has under way to one client at once.
    private const int Many = 45;

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    public async Task A_change_while_the_process_runs_ends_the_old_subscription(int version, int qos)
    {
        var (topic, id) = (MosquittoFixture.Unique("former"), MosquittoFixture.Unique("f"));
        await using var streams = MqttStreams.Open(mosquitto.Broker.Ports.Plain, ("x", Members(version, qos, id, $"{topic}/old/#")));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        await handler.WaitForStateAsync(SsState.Connected);

        // It has not taken what it asked for when it is asked for something else.
        await using var publisher = await MqttPeer.ConnectAsync("paho", mosquitto.Broker.Ports.Plain, MosquittoFixture.Unique("pub"));
        if (qos > 0)
            stream.PauseReceive();
        for (var number = 0; number < Many && qos > 0; number++)
            await PublishAsync(publisher, $"{topic}/old/a", $"old {number}", qos);
        var from = mosquitto.Broker.Log.Count;
        var update = streams.Context.ApplyOverlay($$"""{ "s": [{ "x": { "mqtt_subscribe": "{{topic}}/+/both" } }] }""", "edit");
        Assert.Equal(SsPolicyAction.Reconnect, Assert.Single(update.Effects).Action);
        for (var number = 0; number < Many && qos > 0; number++)
            await PublishAsync(publisher, $"{topic}/old/both", Text(number), qos);
        stream.ResumeReceive();
        await EndedAsync(id, from);
        await CheckAsync(handler, publisher, topic, id, qos, qos > 0 ? Many : 0);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    public async Task A_process_that_comes_with_another_filter_ends_that_of_the_one_before_it(int version, int qos)
    {
        using var state = new TemporaryDirectory();
        var (topic, id) = (MosquittoFixture.Unique("former"), MosquittoFixture.Unique("f"));
        await using var publisher = await MqttPeer.ConnectAsync("paho", mosquitto.Broker.Ports.Plain, MosquittoFixture.Unique("pub"));
        await using (var before = MqttStreams.OpenKept(mosquitto.Broker.Ports.Plain, state.Path, ("x", Members(version, qos, id, $"{topic}/old/#"))))
        {
            var first = new MqttHandler();
            await using var one = before.Context.Create("x", first);
            await first.WaitForStateAsync(SsState.Connected);
            one.PauseReceive();
            for (var number = 0; number < Many; number++)
                await PublishAsync(publisher, $"{topic}/old/a", $"old {number}", qos);
        }

        for (var number = 0; number < Many; number++)
            await PublishAsync(publisher, $"{topic}/old/both", Text(number), qos);
        var from = mosquitto.Broker.Log.Count;
        await using var streams = MqttStreams.OpenKept(mosquitto.Broker.Ports.Plain, state.Path, ("x", Members(version, qos, id, $"{topic}/+/both")));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        await EndedAsync(id, from);
        await CheckAsync(handler, publisher, topic, id, qos, Many);
    }

    [Fact]
    public async Task Without_a_folder_of_state_the_next_process_does_not_know_of_it_and_what_comes_of_it_is_not_given_to_anybody()
    {
        var (topic, id) = (MosquittoFixture.Unique("former"), MosquittoFixture.Unique("f"));
        await using (var before = MqttStreams.Open(mosquitto.Broker.Ports.Plain, ("x", Members(4, 1, id, $"{topic}/old"))))
        {
            var first = new MqttHandler();
            await using var one = before.Context.Create("x", first);
            await first.WaitForStateAsync(SsState.Connected);
        }

        await using var streams = MqttStreams.Open(mosquitto.Broker.Ports.Plain, ("x", Members(4, 1, id, $"{topic}/new")));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        await handler.WaitForStateAsync(SsState.Connected);
        await using var publisher = await MqttPeer.ConnectAsync("paho", mosquitto.Broker.Ports.Plain, MosquittoFixture.Unique("pub"));
        await PublishAsync(publisher, $"{topic}/old", "old", 1);
        await PublishAsync(publisher, $"{topic}/new", "new", 1);
        await handler.WaitForTextAsync("new");
        Assert.Equal(["new"], handler.Texts);
        await mosquitto.Broker.WaitForLogAsync($"Sending PUBLISH to {id} (d0, q1, r0, m1, '{topic}/old'");
        Assert.Equal(0, mosquitto.Broker.Count($"Received UNSUBSCRIBE from {id}"));
    }

    private static string Members(int version, int qos, string id, string filter) =>
        $$""" "mqtt_version": {{version}}, "mqtt_client_id": "{{id}}", "mqtt_qos": {{qos}}, "mqtt_subscribe": "{{filter}}", "nailed_up": true """;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Task PublishAsync(MqttPeer publisher, string topic, string text, int qos) => publisher.PublishAsync(topic, System.Text.Encoding.UTF8.GetBytes(text), qos);

    private Task<string> EndedAsync(string id, int from) => mosquitto.Broker.WaitForLogAsync($"Sending UNSUBACK to {id}", from);

    /// <summary>What both filters match has come; of the old one alone nothing comes; nothing that was under way is left, and the broker's window is free.</summary>
    private async Task CheckAsync(MqttHandler handler, MqttPeer publisher, string topic, string id, int qos, int both)
    {
        for (var number = 0; number < Many; number++)
            await PublishAsync(publisher, $"{topic}/old/a", $"late {number}", qos);
        for (var number = both; number < both + Many; number++)
            await PublishAsync(publisher, $"{topic}/new/both", Text(number), qos);
        await handler.WaitForAsync(_ => handler.Texts.Contains(Text(both + Many - 1)), what: "the last message");
        await handler.WaitForAsync(_ => handler.Texts.Distinct().Count() >= both + Many, what: "every message");
        var texts = handler.Texts;
        Assert.Equal(Enumerable.Range(0, both + Many).Select(Text), texts.Distinct());

        // The broker's log is in order: with this in it all that was before is there too.
        await PublishAsync(publisher, $"{topic}/end", "end", qos);
        await mosquitto.Broker.WaitForLogAsync($"'{topic}/end'");

        // While it has both subscriptions, mosquitto sends a message that both match once for each.
        if (qos == 2)
            Assert.Equal(SentAnew("/both"), texts.Count);
        Assert.Equal(qos > 0 ? Many : 0, SentAnew("/old/a"));
        handler.AssertClean();

        int SentAnew(string level) => mosquitto.Broker.Log.Count(line =>
            line.StartsWith($"Sending PUBLISH to {id} (d0", StringComparison.Ordinal) && line.Contains($"'{topic}/", StringComparison.Ordinal) && line.Contains($"{level}'", StringComparison.Ordinal));
    }
}
