using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Servers;

[assembly: AssemblyFixture(typeof(NginxFixture))]

namespace SecureStreams.Interop.Tests.Nginx;

/// <summary>One nginx for all tests, and the server behind its <c>/app/</c>. A test that kills workers starts its own.</summary>
public sealed class NginxFixture : IAsyncLifetime
{
    private NginxServer? _server;
    private KestrelTestHost? _upstream;

    /// <summary>The server; ends the test when nginx is not there.</summary>
    internal NginxServer Server => _server ?? throw Peer.Absent("nginx", "nginx-light");

    /// <summary>What answers <c>/app/</c>.</summary>
    internal KestrelTestHost Upstream => _upstream!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Peer.Find("nginx") is not { } program)
            return;
        _upstream = await KestrelTestHost.StartAsync();
        _server = await NginxServer.StartAsync(program, _upstream.HttpPort);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        if (_upstream is not null)
            await _upstream.DisposeAsync();
    }
}
