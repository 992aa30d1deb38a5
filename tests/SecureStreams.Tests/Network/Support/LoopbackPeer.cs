using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Tests.Network.Support;

/// <summary>A server for one connection on loopback that plays a script.</summary>
internal sealed class LoopbackPeer<T> : IDisposable
{
    private readonly Socket _listener;

    public LoopbackPeer(Func<Socket, Task<T>> script, EndPoint? endPoint = null)
    {
        endPoint ??= new IPEndPoint(IPAddress.Loopback, 0);
        var unix = endPoint.AddressFamily == AddressFamily.Unix;
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        _listener.Bind(endPoint);
        _listener.Listen();
        Result = ServeAsync(script);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>What the script found, once the connection has ended.</summary>
    public Task<T> Result { get; }

    public void Dispose() => _listener.Dispose();

    private async Task<T> ServeAsync(Func<Socket, Task<T>> script)
    {
        using var socket = await _listener.AcceptAsync();
        return await script(socket);
    }
}
