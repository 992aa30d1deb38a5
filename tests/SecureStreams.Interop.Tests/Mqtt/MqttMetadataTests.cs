using System.Text;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>What metadata say of messages that a real broker sends: topic, QoS, whether it had kept them, whether they may have come before, user properties.</summary>
public class MqttMetadataTests(MosquittoFixture mosquitto)
{
    private const string Declared = """ "metadata": [{ "t": "$topic" }, { "q": "$qos" }, { "r": "$retain" }, { "d": "$dup" }, { "unit": "unit" }] """;

    public static TheoryData<int, int> VersionsAndQos
    {
        get
        {
            var all = new TheoryData<int, int>();
            foreach (var version in (int[])[4, 5])
            {
                for (var qos = 0; qos <= 2; qos++)
                    all.Add(version, qos);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(VersionsAndQos))]
    public async Task Retained_and_live_messages_under_a_wildcard_say_what_they_are(int version, int qos)
    {
        var (port, topic) = (mosquitto.Broker.Ports.Plain, MosquittoFixture.Unique("facts"));

        // Before anybody is subscribed: one that is kept, one that is not.
        await MosquittoClients.PublishAsync(port, "-t", $"{topic}/kept/x", "-q", "1", "-r", "-m", "kept");
        await MosquittoClients.PublishAsync(port, "-t", $"{topic}/gone/x", "-q", "1", "-m", "gone");
        await using var context = Open(port, version, qos, topic);
        var handler = new FactHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForFactAsync($"{topic}/kept/x {Math.Min(1, qos)} 1 0 - kept");

        // Now live, also where the broker keeps it for others.
        for (var sent = 0; sent <= 2; sent++)
            await MosquittoClients.PublishAsync(port, "-t", $"{topic}/live{sent}/x", "-q", FormattableString.Invariant($"{sent}"), "-m", "live");
        await MosquittoClients.PublishAsync(port, "-t", $"{topic}/later/x", "-q", "2", "-r", "-m", "later");
        for (var sent = 0; sent <= 2; sent++)
            await handler.WaitForFactAsync($"{topic}/live{sent}/x {Math.Min(sent, qos)} 0 0 - live");
        await handler.WaitForFactAsync($"{topic}/later/x {qos} 0 0 - later");
        Assert.Equal(5, handler.Facts.Count);
        handler.AssertClean();
    }

    [Fact]
    public async Task User_properties_are_metadata_of_their_message_and_of_no_other()
    {
        var (port, topic) = (mosquitto.Broker.Ports.Plain, MosquittoFixture.Unique("props"));
        await MosquittoClients.PublishAsync(port, "-V", "5", "-t", $"{topic}/kept/x", "-q", "1", "-r", "-m", "kept", "-D", "publish", "user-property", "unit", "kelvin");
        await using var context = Open(port, 5, 2, topic);
        var handler = new FactHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForFactAsync($"{topic}/kept/x 1 1 0 kelvin kept");
        await MosquittoClients.PublishAsync(port, "-V", "5", "-t", $"{topic}/with/x", "-q", "2", "-m", "one", "-D", "publish", "user-property", "other", "no", "-D", "publish", "user-property", "unit", "°C");
        await MosquittoClients.PublishAsync(port, "-V", "5", "-t", $"{topic}/without/x", "-q", "2", "-m", "two");
        await handler.WaitForFactAsync($"{topic}/with/x 2 0 0 °C one");
        await handler.WaitForFactAsync($"{topic}/without/x 2 0 0 - two");
        handler.AssertClean();
    }

    [Fact]
    public async Task What_was_not_taken_comes_again_and_says_that_it_may_have_come_before()
    {
        var (port, topic) = (mosquitto.Broker.Ports.Plain, MosquittoFixture.Unique("again"));
        await using var context = Open(port, 4, 1, topic);
        var handler = new FactHandler { ThrowsAt = "again" };
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        await MosquittoClients.PublishAsync(port, "-t", $"{topic}/a/x", "-q", "1", "-m", "again");
        await handler.WaitForFactAsync($"{topic}/a/x 1 0 1 - again");
        Assert.Equal($"{topic}/a/x 1 0 0 - again", handler.Facts[0]);
    }

    private static LocalContext Open(int port, int version, int qos, string topic) => SsContext.FromJson(FormattableString.Invariant($$"""
        {
          "retry": [{ "soon": { "backoff": [100], "conceal": 65535 } }],
          "s": [{ "x": { "endpoint": "localhost", "port": {{port}}, "protocol": "mqtt", "retry": "soon", "mqtt_client_id": "{{topic}}", "mqtt_version": {{version}}, "mqtt_qos": {{qos}}, "mqtt_subscribe": "{{topic}}/+/x", {{Declared}} } }]
        }
        """));

    /// <summary>Writes down of each message <c>topic qos retain dup unit payload</c>; messages here are short.</summary>
    private sealed class FactHandler : RecordingHandler
    {
        private readonly Lock _lock = new();
        private readonly List<string> _facts = [];

        /// <summary>The message at which it throws, once.</summary>
        public string? ThrowsAt { get; set; }

        public IReadOnlyList<string> Facts
        {
            get
            {
                lock (_lock)
                    return [.. _facts];
            }
        }

        public Task WaitForFactAsync(string fact) => WaitForAsync(_ => Facts.Contains(fact), what: $"'{fact}' among: {string.Join(", ", Facts)}");

        protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            var text = Encoding.UTF8.GetString(payload);
            lock (_lock)
                _facts.Add($"{stream.GetMetadata("t")} {stream.GetMetadata("q")} {stream.GetMetadata("r")} {stream.GetMetadata("d")} {stream.GetMetadata("unit") ?? "-"} {text}");
            if (text == ThrowsAt)
            {
                ThrowsAt = null;
                throw new InvalidOperationException("once");
            }

            return SsResult.Continue;
        }
    }
}
