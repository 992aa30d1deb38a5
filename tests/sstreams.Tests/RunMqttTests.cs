using System.Globalization;
using System.Text;
using SecureStreams.Codecs.Mqtt;
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

    [Theory]
    [InlineData("room/${id}", 1, "wildcard", "id=+")]
    [InlineData("room/${id}", 0, "wildcard", "id=+")]
    [InlineData("room/${id}", 0, "'id'")]
    [InlineData("", 0, "mqtt_topic")]
    public async Task Why_a_message_was_refused_is_told_without_a_trace(string topic, int qos, string reason, params string[] metadata)
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, $$"""{{(topic.Length == 0 ? "" : $"\"mqtt_topic\": \"{topic}\", ")}}"mqtt_qos": {{qos}}, "metadata": [{ "id": "" }]"""));
        var result = (await policy.RunAsync("x\n"u8.ToArray(), ["tell", "--data", "-", "--lines", .. metadata.SelectMany(static one => new[] { "--metadata", one })])).Exits(1);
        Assert.StartsWith("sstreams: QosNackRemote: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
        Assert.Empty(broker.Taken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_message_that_is_too_long_ends_the_run_with_status_1(int qos)
    {
        await using var broker = MqttTestBroker.Start(new MqttBrokerOptions { ConnectAckProperties = MaximumPacketSize(1000) });
        using var policy = new TestPolicy(
            Mqtt(broker, string.Create(CultureInfo.InvariantCulture, $"\"mqtt_topic\": \"room/1\", \"mqtt_qos\": {qos}, \"max_message_bytes\": 5")),
            Mqtt(broker, string.Create(CultureInfo.InvariantCulture, $"\"mqtt_topic\": \"room/1\", \"mqtt_qos\": {qos}, \"mqtt_version\": 5, \"mqtt_client_id\": \"other\"")).Replace("\"tell\"", "\"whole\"", StringComparison.Ordinal));
        Assert.Contains("max_message_bytes", (await policy.RunAsync("tell", "--data", "123456")).Exits(1).Errors, StringComparison.Ordinal);
        (await policy.RunAsync("tell", "--data", "12345")).Is(0, "", qos == 0 ? "" : "sstreams: QosAckRemote\n");
        Assert.Contains("QosNackRemote", (await policy.RunAsync("whole", "--data", new string('x', 2000))).Exits(1).Errors, StringComparison.Ordinal);
        Assert.Equal("12345", Assert.Single(broker.Taken).Text);
    }

    [Fact]
    public async Task What_is_sent_with_qos_0_is_sent_whole_when_the_run_ends()
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, "\"mqtt_topic\": \"room/1\""));
        string[] lines = [.. Enumerable.Range(0, 3000).Select(static i => $"line {i}")];
        (await policy.RunAsync(Encoding.ASCII.GetBytes(string.Join('\n', lines)), "tell", "--data", "-", "--lines")).Is(0, "", "");
        await broker.WaitForTakenAsync(lines.Length);
        Assert.Equal(lines, broker.Taken.Select(static one => one.Text));
    }

    [Fact]
    public async Task A_broker_that_leaves_before_it_has_acknowledged_is_no_good_end()
    {
        await using var broker = MqttTestBroker.Start(new MqttBrokerOptions { AnswersPublish = false });
        using var policy = new TestPolicy(Mqtt(broker, "\"mqtt_topic\": \"room/1\", \"mqtt_qos\": 1, \"mqtt_client_id\": \"teller\""));
        await using var tool = policy.Start(readOutput: true, "tell", "--data", "x");
        await broker.WaitForTakenAsync(1);
        broker.Disconnect("teller", MqttReasonCode.Success);
        (await tool.WaitAsync()).Exits(1);
    }

    [Fact]
    public async Task A_run_that_can_neither_publish_nor_receive_says_what_it_waits_for()
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, "\"mqtt_topic\": \"room/1\""));
        await using var tool = policy.Start(readOutput: true, "tell");
        await tool.WaitForErrorsAsync(static text => text.Contains("subscribes to nothing (it has no mqtt_subscribe), and there is no --data to publish", StringComparison.Ordinal));
    }

    private static byte[] MaximumPacketSize(uint bytes)
    {
        var properties = new MqttPropertyWriter(new byte[8]);
        Assert.True(properties.TryAdd(MqttPropertyId.MaximumPacketSize, bytes));
        return properties.Written.ToArray();
    }

    private static string Mqtt(MqttTestBroker broker, string more) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            "tell": { "endpoint": "127.0.0.1", "port": {{broker.Port}}, "protocol": "mqtt", {{more}} }
            """);
}
