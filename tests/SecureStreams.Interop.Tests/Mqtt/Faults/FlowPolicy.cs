using System.Globalization;
using SecureStreams.Interop.Probe.Flows;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>
/// The policies of a flow of numbered messages, with QoS 1 and QoS 2 at once: who publishes, and who subscribes. Each is one client of the broker that keeps its session.
/// </summary>
/// <param name="Version">4 for MQTT 3.1.1, 5 for MQTT 5.</param>
internal sealed record FlowPolicy(int Version)
{
    public const string Publisher1 = "publish1";
    public const string Publisher2 = "publish2";
    public const string Subscriber1 = "subscribe1";
    public const string Subscriber2 = "subscribe2";

    private readonly string _run = MosquittoName();

    /// <summary>The publisher's request.</summary>
    /// <param name="port">Of the broker, or of a relay before it.</param>
    /// <param name="stateFolder">Where its session outlasts the process; null for nowhere.</param>
    /// <param name="first1">The number of the first message with QoS 1.</param>
    /// <param name="first2">The number of the first message with QoS 2.</param>
    public FlowRequest Publish(int port, string? stateFolder = null, long first1 = 1, long first2 = 1) => new(
        Text("p", port, (Publisher1, 1, "mqtt_topic", "${topic}"), (Publisher2, 2, "mqtt_topic", "${topic}")), stateFolder, [Publisher1, Publisher2], [], [first1, first2]);

    /// <summary>The subscriber's request.</summary>
    public FlowRequest Subscribe(int port, string? stateFolder = null) => new(
        Text("s", port, (Subscriber1, 1, "mqtt_subscribe", "+"), (Subscriber2, 2, "mqtt_subscribe", "+")), stateFolder, [], [Subscriber1, Subscriber2], []);

    private static string MosquittoName() => Brokers.MosquittoFixture.Unique("flow");

    private string Text(string client, int port, params (string Name, int Qos, string Attribute, string Level)[] types)
    {
        var members = types.Select(type => string.Create(CultureInfo.InvariantCulture, $$"""
            "{{type.Name}}": {
              "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "mqtt", "retry": "soon", "mqtt_client_id": "{{client}}-{{_run}}", "mqtt_keep_alive": 60{{(Version == 5 ? ", \"mqtt_version\": 5, \"mqtt_receive_maximum\": 1000" : "")}},
              "metadata": [{ "topic": "" }], "mqtt_qos": {{type.Qos}}, "{{type.Attribute}}": "{{_run}}/q{{type.Qos}}/{{type.Level}}"
            }
            """));
        return $$"""
            { "retry": [{ "soon": { "backoff": [20], "conceal": 65535, "jitterpc": 0 } }], "s": [{ {{string.Join(",\n", members)}} }] }
            """;
    }
}
