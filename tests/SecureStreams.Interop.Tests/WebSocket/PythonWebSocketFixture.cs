using SecureStreams.Interop.Tests.Peers;
using SecureStreams.Interop.Tests.WebSocket;
using SecureStreams.TestSupport.Repository;

[assembly: AssemblyFixture(typeof(PythonWebSocketFixture))]

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Servers of python3-websockets for all tests; see <c>python/server.py</c>.</summary>
public sealed class PythonWebSocketFixture : IAsyncLifetime
{
    // Debian's, which has the package.
    private const string Python = "/usr/bin/python3";
    private const string Package = "/usr/lib/python3/dist-packages/websockets";

    private static readonly string Folder = RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "WebSocket", "python");

    private PeerProcess? _process;
    private Dictionary<string, int> _ports = [];

    /// <summary>The process; ends the test when it is not there.</summary>
    internal PeerProcess Process => _process ?? throw Peer.Absent("the Python package websockets", "python3-websockets");

    /// <summary>Where the server of this name listens: plain, bounded, deflate, deflate9, anew.</summary>
    public int Port(string name)
    {
        _ = Process;
        return _ports[name];
    }

    /// <summary>Starts another of the scripts beside the server's.</summary>
    internal PeerProcess Start(string script, params string[] arguments)
    {
        _ = Process;
        return PeerProcess.Start(Python, [Path.Combine(Folder, script), .. arguments]);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Python) || !Directory.Exists(Package))
            return;
        _process = PeerProcess.Start(Python, Path.Combine(Folder, "server.py"));
        _ports = (await _process.WaitForAsync("listening")).GetProperty("ports").EnumerateObject().ToDictionary(static one => one.Name, static one => one.Value.GetInt32());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
