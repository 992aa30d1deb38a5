using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Mqtt.Clients;

/// <summary>
/// A client of somebody else, connected to a broker: Eclipse paho (<c>python/client.py</c>) or Node's mqtt (<c>node/client.mjs</c>), both of which take the same
/// orders and tell the same events.
/// </summary>
internal sealed class MqttPeer : IAsyncDisposable
{
    /// <summary>The programs there are.</summary>
    public static readonly string[] Programs = ["paho", "node"];

    // Debian's, which has the package.
    private const string Python = "/usr/bin/python3";
    private const string PythonPackage = "/usr/lib/python3/dist-packages/paho/mqtt";

    private static readonly string Folder = RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "Mqtt");

    private readonly PeerProcess _process;
    private int _orders;

    private MqttPeer(PeerProcess process) => _process = process;

    /// <summary>Where the programs for Node are.</summary>
    public static string NodeFolder { get; } = Path.Combine(Folder, "node");

    /// <summary>Starts one and connects it; ends the test when the program is not there.</summary>
    /// <param name="program">One of <see cref="Programs"/>.</param>
    /// <param name="port">The broker's, on 127.0.0.1.</param>
    /// <param name="id">The client id.</param>
    /// <param name="version">4 for MQTT 3.1.1, 5 for MQTT 5.</param>
    /// <param name="clean">Whether it begins with a fresh session.</param>
    public static async Task<MqttPeer> ConnectAsync(string program, int port, string id, int version = 4, bool clean = true)
    {
        var peer = new MqttPeer(StartProgram(program));
        try
        {
            await peer.OrderAsync("connect", "connected", new() { ["port"] = port, ["id"] = id, ["version"] = version, ["clean"] = clean });
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Subscribes, and waits until the broker has granted it.</summary>
    /// <returns>The QoS that it granted.</returns>
    public async Task<int> SubscribeAsync(string filter, int qos) =>
        (await OrderAsync("subscribe", "subscribed", new() { ["filter"] = filter, ["qos"] = qos })).GetProperty("granted").GetInt32();

    /// <summary>Publishes, and waits until it is acknowledged as its QoS says.</summary>
    public async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, int qos, bool retain = false) =>
        await OrderAsync("publish", "published", new() { ["topic"] = topic, ["qos"] = qos, ["retain"] = retain, ["base64"] = Convert.ToBase64String(payload.Span) });

    /// <summary>As <see cref="PublishAsync"/>, with so many bytes of a pattern, for what is too large to hand over.</summary>
    public async Task PublishPatternAsync(string topic, int length, int qos) =>
        await OrderAsync("publish", "published", new() { ["topic"] = topic, ["qos"] = qos, ["retain"] = false, ["length"] = length });

    /// <summary>The hash of what <see cref="PublishPatternAsync"/> sends, in lower-case hex.</summary>
    public static string PatternSha256(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length; at++)
            bytes[at] = Pattern(at);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>Byte number <paramref name="at"/> of the pattern.</summary>
    public static byte Pattern(int at) => (byte)((at * 31 + (at >> 8)) & 0xFF);

    /// <summary>The first message to <paramref name="topic"/>, past or to come, for which <paramref name="isWanted"/> holds.</summary>
    public async Task<MqttPeerMessage> WaitForMessageAsync(string topic, Func<MqttPeerMessage, bool>? isWanted = null) =>
        MqttPeerMessage.Parse(await _process.WaitForAsync("message", one => MqttPeerMessage.Parse(one) is var message && message.Topic == topic && (isWanted is null || isWanted(message))));

    /// <summary>What it received so far, in order.</summary>
    public IReadOnlyList<MqttPeerMessage> Messages => [.. _process.Events("message").Select(MqttPeerMessage.Parse)];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static PeerProcess StartProgram(string program)
    {
        if (program == "paho")
        {
            if (!File.Exists(Python) || !Directory.Exists(PythonPackage))
                throw Peer.Absent("the Python package paho-mqtt", "python3-paho-mqtt");
            return PeerProcess.Start(Python, Path.Combine(Folder, "python", "client.py"));
        }

        var node = Peer.Find("node") ?? throw Peer.Absent("node", "nodejs");
        if (!File.Exists(Path.Combine(NodeFolder, "node_modules", "mqtt", "package.json")))
            throw Peer.Absent("the npm package mqtt", "npm");
        return PeerProcess.Start(node, Path.Combine(NodeFolder, "client.mjs"));
    }

    private async Task<JsonElement> OrderAsync(string what, string answer, JsonObject order)
    {
        var number = Interlocked.Increment(ref _orders);
        order["do"] = what;
        order["number"] = number;
        await _process.WriteLineAsync(order.ToJsonString());
        return await _process.WaitForAsync(answer, one => one.GetProperty("number").GetInt32() == number);
    }
}
