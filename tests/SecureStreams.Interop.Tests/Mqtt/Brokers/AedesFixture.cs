using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Peers;

[assembly: AssemblyFixture(typeof(AedesFixture))]

namespace SecureStreams.Interop.Tests.Mqtt.Brokers;

/// <summary>One aedes, a broker of MQTT 3.1.1 written for Node, for all tests; see <c>node/broker.mjs</c> for what it says.</summary>
public sealed class AedesFixture : IAsyncLifetime
{
    private PeerProcess? _process;

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>Where it listens for MQTT over WebSocket.</summary>
    public int WebSocketPort { get; private set; }

    /// <summary>The broker; ends the test when it is not there.</summary>
    internal PeerProcess Process => _process ?? throw (Peer.Find("node") is null ? Peer.Absent("node", "nodejs") : Peer.Absent("the npm package aedes", "npm"));

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Peer.Find("node") is not { } program || !File.Exists(Path.Combine(MqttPeer.NodeFolder, "node_modules", "aedes", "package.json")))
            return;
        _process = PeerProcess.Start(program, Path.Combine(MqttPeer.NodeFolder, "broker.mjs"));
        var listening = await _process.WaitForAsync("listening");
        (Port, WebSocketPort) = (listening.GetProperty("port").GetInt32(), listening.GetProperty("wsPort").GetInt32());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
