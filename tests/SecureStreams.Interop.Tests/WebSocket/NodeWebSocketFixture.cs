using SecureStreams.Interop.Tests.Peers;
using SecureStreams.Interop.Tests.WebSocket;
using SecureStreams.TestSupport.Repository;

[assembly: AssemblyFixture(typeof(NodeWebSocketFixture))]

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>One server of Node's <c>ws</c> for all tests; see <c>node/server.mjs</c> for what it does at which path.</summary>
public sealed class NodeWebSocketFixture : IAsyncLifetime
{
    private static readonly string Folder = RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "WebSocket", "node");
    private PeerProcess? _process;

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The server; ends the test when it is not there.</summary>
    internal PeerProcess Process => _process ?? throw (Peer.Find("node") is null ? Peer.Absent("node", "nodejs") : Peer.Absent("the npm package ws", "npm"));

    /// <summary>Starts another of the scripts beside the server's.</summary>
    internal PeerProcess Start(string script, params string[] arguments)
    {
        _ = Process;
        return PeerProcess.Start(Peer.Find("node")!, [Path.Combine(Folder, script), .. arguments]);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Peer.Find("node") is not { } program || !File.Exists(Path.Combine(Folder, "node_modules", "ws", "package.json")))
            return;
        _process = PeerProcess.Start(program, Path.Combine(Folder, "server.mjs"));
        Port = (await _process.WaitForAsync("listening")).GetProperty("port").GetInt32();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
