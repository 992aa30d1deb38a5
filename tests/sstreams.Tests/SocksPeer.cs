using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecureStreams.Tool.Tests;

/// <summary>A SOCKS5 proxy on 127.0.0.1 that knows one name, which nobody else does, and leads it to a port of this machine. It writes down what it is asked for.</summary>
internal sealed class SocksPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly string _name;
    private readonly int _target;
    private readonly Task _accepting;

    public SocksPeer(string name, int target)
    {
        (_name, _target) = (name, target);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary><c>host:port</c> of each request.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var socket in _sockets)
            socket.Dispose();
        await Task.WhenAll(_running);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _sockets.Add(client);
                _running.Add(ServeAsync(client));
            }
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException)
        {
            // Stopped: while it waited, or between two waits.
        }
    }

    /// <summary>RFC 1928: no authentication, CONNECT, a domain name.</summary>
    private async Task ServeAsync(Socket client)
    {
        try
        {
            await using var near = new NetworkStream(client);
            await near.ReadExactlyAsync(new byte[(await ReadAsync(near, 2))[1]]);
            await near.WriteAsync(new byte[] { 5, 0 });
            var head = await ReadAsync(near, 5);
            if (head[3] != 3)
            {
                await near.WriteAsync(new byte[] { 5, 8, 0, 1, 0, 0, 0, 0, 0, 0 });
                return;
            }

            var host = Encoding.ASCII.GetString(await ReadAsync(near, head[4]));
            var port = await ReadAsync(near, 2);
            _asked.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{host}:{(port[0] << 8) | port[1]}"));
            if (host != _name)
            {
                await near.WriteAsync(new byte[] { 5, 4, 0, 1, 0, 0, 0, 0, 0, 0 });
                return;
            }

            var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(peer);
            await peer.ConnectAsync(IPAddress.Loopback, _target);
            await using var far = new NetworkStream(peer);
            await near.WriteAsync(new byte[] { 5, 0, 0, 1, 0, 0, 0, 0, 0, 0 });
            await Task.WhenAll(PassAsync(near, far, peer), PassAsync(far, near, client));
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // One of the ends is gone, or this proxy is going.
        }
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to, Socket end)
    {
        await from.CopyToAsync(to);
        end.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
