using System.Globalization;
using System.Text.Json;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Servers.Mqtt;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams bench</c> over mqtt, against a broker: what is refused is told, and what outlasts a connection is not taken for lost.</summary>
public sealed class BenchMqttTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Messages_are_counted(int qos)
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, $"\"mqtt_qos\": {qos}"));
        var json = await JsonAsync(policy, 0, "tell", "--one-way", "--messages", "3000", "--warm-up", "100");
        Assert.Equal((3000, 0, 0), (Number(json, "operations"), Number(json, "refused"), Number(json, "lost")));
        await broker.WaitForTakenAsync(3100);
        Assert.Equal(3100, broker.Taken.Count);
        json = await JsonAsync(policy, 0, "echo", "--echo", "--messages", "300", "--warm-up", "10", "--outstanding", "8");
        Assert.Equal((300, 0, 0), (Number(json, "operations"), Number(json, "refused"), Number(json, "lost")));
    }

    [Theory]
    [InlineData("tell", "--one-way", 0)]
    [InlineData("tell", "--one-way", 1)]
    [InlineData("echo", "--echo", 0)]
    [InlineData("echo", "--echo", 1)]
    public async Task Messages_that_are_too_long_are_refused_and_that_is_told(string streamType, string mode, int qos)
    {
        await using var broker = MqttTestBroker.Start();
        using var policy = new TestPolicy(Mqtt(broker, $"\"mqtt_qos\": {qos}, \"max_message_bytes\": 100"));
        var json = await JsonAsync(policy, 1, streamType, mode, "--messages", "50", "--warm-up", "5", "--size", "200");
        Assert.Equal((50, 55, 0, true), (Number(json, "operations"), Number(json, "refused"), Number(json, "lost"), json.GetProperty("complete").GetBoolean()));
        Assert.Equal("refused: Payload/PayloadTooLarge 55", Assert.Single(Troubles(json)));
        Assert.Empty(broker.Taken);
    }

    [Theory]
    [InlineData("tell", "--one-way", 1)]
    [InlineData("tell", "--one-way", 2)]
    [InlineData("echo", "--echo", 1)]
    public async Task Messages_that_the_broker_does_not_allow_are_told(string streamType, string mode, int qos)
    {
        var seen = 0;
        await using var broker = MqttTestBroker.Start(new MqttBrokerOptions { AnswerPublish = _ => seen++ % 3 == 0 ? MqttReasonCode.NotAuthorized : MqttReasonCode.Success });
        using var policy = new TestPolicy(Mqtt(broker, $"\"mqtt_qos\": {qos}, \"mqtt_version\": 5"));
        var json = await JsonAsync(policy, 1, streamType, mode, "--messages", "30", "--warm-up", "0", "--outstanding", mode == "--echo" ? "5" : null);
        Assert.Equal((30, 10, 0), (Number(json, "operations"), Number(json, "refused"), Number(json, "lost")));
        Assert.Equal("refused: Protocol/AccessDenied 135 10", Assert.Single(Troubles(json)));
    }

    [Theory]
    [InlineData("echo", "--echo", 1)]
    [InlineData("echo", "--echo", 2)]
    [InlineData("tell", "--one-way", 1)]
    [InlineData("tell", "--one-way", 2)]
    public async Task What_a_session_keeps_over_a_lost_connection_is_not_lost(string streamType, string mode, int qos)
    {
        await using var broker = MqttTestBroker.Start(new MqttBrokerOptions { CutAfterReceived = static number => number == 0 ? 2000 : null });
        using var policy = new TestPolicy(Mqtt(broker, $"\"mqtt_qos\": {qos}, \"mqtt_client_id\": \"meter\", \"retry\": \"twice\""));
        var json = await JsonAsync(policy, 0, streamType, mode, "--messages", "200", "--warm-up", "0", "--outstanding", mode == "--echo" ? "8" : null);
        Assert.Equal((200, 0, 0, 1), (Number(json, "operations"), Number(json, "lost"), Number(json, "refused"), Number(json, "reconnects")));
        Assert.StartsWith("disconnected: ", Assert.Single(Troubles(json)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo", "--echo")]
    [InlineData("tell", "--one-way")]
    public async Task What_goes_with_a_connection_that_has_no_session_is_sent_again(string streamType, string mode)
    {
        // Nothing is answered before the cut, so all that was sent is lost.
        MqttBrokerOptions options = null!;
        options = new MqttBrokerOptions
        {
            AnswersPublish = false,
            CutAfterReceived = number =>
            {
                options.AnswersPublish = number > 0;
                return number == 0 ? 2000 : null;
            },
        };
        await using var broker = MqttTestBroker.Start(options);
        using var policy = new TestPolicy(Mqtt(broker, "\"mqtt_qos\": 1, \"retry\": \"twice\""));
        var json = await JsonAsync(policy, 0, streamType, mode, "--messages", "200", "--warm-up", "0", "--outstanding", mode == "--echo" ? "8" : null);
        Assert.Equal((200, 0, 1), (Number(json, "operations"), Number(json, "refused"), Number(json, "reconnects")));
        Assert.True(Number(json, "lost") > 0, json.ToString());
        Assert.Contains(Troubles(json), static one => one.StartsWith("not acknowledged: Peer/PeerClosed ", StringComparison.Ordinal));
    }

    private static async Task<JsonElement> JsonAsync(TestPolicy policy, int exitCode, string streamType, string mode, params string?[] more)
    {
        string[] arguments = more is [.. var others, "--outstanding", null] ? [.. others!] : [.. more!];
        var result = await Tool.RunAsync([], policy.Directory, ["bench", streamType, mode, "--policy", "policy.json", "--json", .. arguments]);
        return JsonDocument.Parse(result.Exits(exitCode).Output).RootElement;
    }

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();

    private static string[] Troubles(JsonElement json) =>
        [.. json.GetProperty("troubles").EnumerateArray().Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.GetProperty("cause").GetString()} {one.GetProperty("count").GetInt64()}"))];

    private static string[] Mqtt(MqttTestBroker broker, string more) =>
    [
        string.Create(CultureInfo.InvariantCulture, $$""" "tell": { "endpoint": "127.0.0.1", "port": {{broker.Port}}, "protocol": "mqtt", "mqtt_topic": "room/1", {{more}} } """),
        string.Create(CultureInfo.InvariantCulture, $$""" "echo": { "endpoint": "127.0.0.1", "port": {{broker.Port}}, "protocol": "mqtt", "mqtt_topic": "room/2", "mqtt_subscribe": "room/2", {{more}} } """),
    ];
}
