using System.Net;
using System.Net.Sockets;

namespace SecureStreams.TestSupport.Repository;

/// <summary>A port of 127.0.0.1 on which nobody listens, and which nobody else gets meanwhile: connecting to it is refused until this is disposed.</summary>
public sealed class DeadPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Takes one.</summary>
    public DeadPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>The port.</summary>
    public int Number => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
