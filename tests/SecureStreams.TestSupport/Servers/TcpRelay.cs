using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Servers;

/// <summary>
/// A relay on a free port of 127.0.0.1 before a server: what a network does to connections. It can stop forwarding in either direction without closing,
/// reset, leave a connection half-open, delay, and forward byte by byte; each connection apart, at once or at a byte of its own.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<RelayedConnection> _connections = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentDictionary<TaskCompletionSource, int> _waiters = new();
    private readonly IPEndPoint _target;
    private readonly Task _accepting;
    private int _disposed;

    private readonly Action<int, RelayedConnection>? _connected;

    private TcpRelay(IPEndPoint target, Action<int, RelayedConnection>? connected)
    {
        _target = target;
        _connected = connected;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(256);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>The connections so far, in order of arrival.</summary>
    public IReadOnlyList<RelayedConnection> Connections => [.. _connections];

    /// <summary>Starts one before the server on port <paramref name="target"/>.</summary>
    /// <param name="target">The server's port.</param>
    /// <param name="connected">Told of each connection with its number, from 0, before a byte goes through.</param>
    public static TcpRelay Start(int target, Action<int, RelayedConnection>? connected = null) => Start(new IPEndPoint(IPAddress.Loopback, target), connected);

    /// <summary>As the other, before a server at another address.</summary>
    public static TcpRelay Start(IPEndPoint target, Action<int, RelayedConnection>? connected = null) => new(target, connected);

    /// <summary>Waits for the connection with this number, from 0.</summary>
    public async Task<RelayedConnection> ConnectionAsync(int number)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters[met] = number;
        if (_connections.Count > number)
            met.TrySetResult();
        await met.Task.OrFail(() => $"Waited for connection {number} of the relay; {_connections.Count} came.");
        _waiters.TryRemove(met, out _);
        return Connections[number];
    }

    /// <summary>Closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_running).OrFail(static () => "A relayed connection does not end.");
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                client = await _listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                server.Dispose();
                return;
            }

            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(_target, _stopping.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                client.Dispose();
                server.Dispose();
                continue;
            }

            var connection = new RelayedConnection(client, server);
            _connected?.Invoke(_connections.Count, connection);

            // Among the connections before a byte has come through it: whoever has an answer finds it there.
            _connections.Enqueue(connection);
            _running.Add(connection.RunAsync(_stopping.Token));
            foreach (var (met, number) in _waiters)
            {
                if (_connections.Count > number)
                    met.TrySetResult();
            }
        }
    }
}
