using System.Globalization;
using SecureStreams.TestSupport.Servers.Mqtt;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run</c> of mqtt, against a broker.</summary>
public sealed class RunMqttTests
{
    [Fact]
    public async Task Each_line_is_a_message_and_the_run_ends_when_all_are_acknowledged()
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, "\"mqtt_topic\": \"room/1\", \"mqtt_qos\": 1"));
        (await policy.RunAsync("one\ntwo\n"u8.ToArray(), "tell", "--data", "-", "--lines")).Exits(0);
        Assert.Equal(["room/1 one", "room/1 two"], broker.Taken.Select(static one => $"{one.Topic} {one.Text}"));
    }

    [Fact]
    public async Task Why_a_message_was_refused_is_told_without_a_trace()
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, "\"mqtt_topic\": \"room/${id}\", \"mqtt_qos\": 1, \"metadata\": [{ \"id\": \"\" }]"));
        var result = (await policy.RunAsync("x\n"u8.ToArray(), "tell", "--data", "-", "--lines", "--metadata", "id=+")).Exits(1);
        Assert.StartsWith("sstreams: QosNackRemote: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("wildcard", result.Errors, StringComparison.Ordinal);
        Assert.Empty(broker.Taken);
    }

    [Fact]
    public async Task A_run_that_can_neither_publish_nor_receive_says_what_it_waits_for()
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, "\"mqtt_topic\": \"room/1\""));
        var result = (await policy.RunAsync([], "tell", "--timeout", "1")).Exits(1);
        Assert.Contains("subscribes to nothing (it has no mqtt_subscribe), and there is no --data to publish", result.Errors, StringComparison.Ordinal);
    }

    private static string Mqtt(MqttTestBroker broker, string more) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            "tell": { "endpoint": "127.0.0.1", "port": {{broker.Port}}, "protocol": "mqtt", {{more}} }
            """);
}
