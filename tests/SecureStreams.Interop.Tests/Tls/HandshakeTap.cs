using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>
/// Passes bytes on to a TLS server and notes how much the server said before the client spoke again: a whole handshake carries the server's certificate, a resumed one does not.
/// Connections are known by the port from which the tap reaches the server.
/// </summary>
internal sealed class HandshakeTap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<int, int> _flights = new();
    private readonly ConcurrentDictionary<int, bool> _ports = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly int _target;
    private readonly Task _accepting;

    public HandshakeTap(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Bytes of the server's first flight, by connection.</summary>
    public IReadOnlyDictionary<int, int> Flights => _flights;

    /// <summary>Completes when every connection so far has ended at both sides: what a client was told before the end it has acted on.</summary>
    public Task QuietAsync() => Task.WhenAll(_running).OrFail(() => $"{_running.Count(static one => !one.IsCompleted)} of {_running.Count} connections have not ended.");

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
                _running.Add(PassAsync(client));
            }
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException)
        {
            // Stopped: while it waited, or between two waits.
        }
    }

    private async Task PassAsync(Socket client)
    {
        var (server, key) = await ReachAsync();
        var said = 0;
        var down = PumpAsync(server, client, bytes => Interlocked.Add(ref said, bytes));
        var up = PumpAsync(client, server, _ =>
        {
            // The first thing that the client says after the server has.
            if (Volatile.Read(ref said) is > 0 and var flight)
                _flights.TryAdd(key, flight);
        });
        await Task.WhenAll(down, up);
    }

    /// <summary>A connection to the server from a port that none came from before: a machine with much to do hands ports out again, and two connections would pass for one.</summary>
    private async Task<(Socket Server, int Port)> ReachAsync()
    {
        while (true)
        {
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(server);
            await server.ConnectAsync(IPAddress.Loopback, _target);
            var port = ((IPEndPoint)server.LocalEndPoint!).Port;
            if (_ports.TryAdd(port, true))
                return (server, port);
            server.Dispose();
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Action<int> seen)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int got; (got = await from.ReceiveAsync(buffer)) > 0;)
            {
                seen(got);
                await to.SendAsync(buffer.AsMemory(0, got));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // One of the ends is gone without an end in order, and so the other one is told.
            to.Dispose();
        }
    }
}
