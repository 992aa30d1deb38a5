using System.Net.Sockets;

namespace SecureStreams.TestSupport.Servers;

/// <summary>One connection through a <see cref="TcpRelay"/>, and what can befall it on the way.</summary>
public sealed class RelayedConnection
{
    private const int ChunkBytes = 32 * 1024;

    private readonly Socket _client;
    private readonly Socket _server;
    private readonly RelayValve _toServer = new();
    private readonly RelayValve _toClient = new();

    internal RelayedConnection(Socket client, Socket server)
    {
        _client = client;
        _server = server;
    }

    /// <summary>Is shown what goes through, in pieces of any size, each before it goes on: by one thread for each direction. Set before a byte goes through.</summary>
    public Action<RelayDirection, ReadOnlySpan<byte>>? Passing { get; set; }

    /// <summary>Bytes that came through to the server.</summary>
    public long BytesToServer => _toServer.Bytes;

    /// <summary>Bytes that came through to the client.</summary>
    public long BytesToClient => _toClient.Bytes;

    /// <summary>Forwards nothing more that way, as if the network had a hole: no side is told, and what is sent waits.</summary>
    public void Stop(RelayDirection direction) => Each(direction, static valve => valve.Close());

    /// <summary>Forwards again, what has waited first.</summary>
    public void Resume(RelayDirection direction) => Each(direction, static valve => valve.Open(ChunkBytes));

    /// <summary>Forwards byte by byte from now on.</summary>
    public void Dribble(RelayDirection direction) => Each(direction, static valve => valve.Open(1));

    /// <summary>Makes every chunk, of at most 32 KiB, wait for so long before it goes on.</summary>
    public void Delay(RelayDirection direction, TimeSpan latency) => Each(direction, valve => valve.Latency = latency);

    /// <summary>Does <paramref name="act"/> once, when exactly so many bytes have come through that way and more are there.</summary>
    public void After(RelayDirection direction, long bytes, Action<RelayedConnection> act) => Each(direction, valve => valve.CutAfter(bytes, () => act(this)));

    /// <summary>Resets both sides.</summary>
    public void Reset()
    {
        // Both before either is closed: the end of one makes the relay close the other.
        _client.LingerState = _server.LingerState = new LingerOption(true, 0);
        _client.Close();
        _server.Close();
    }

    /// <summary>Half-open: tells the receiving side of that direction that no more comes, while the other direction goes on.</summary>
    public void HalfClose(RelayDirection direction)
    {
        Stop(direction);
        if (direction.HasFlag(RelayDirection.ToServer))
            _server.Shutdown(SocketShutdown.Send);
        if (direction.HasFlag(RelayDirection.ToClient))
            _client.Shutdown(SocketShutdown.Send);
    }

    internal async Task RunAsync(CancellationToken stopping)
    {
        using (_client)
        using (_server)
            await Task.WhenAll(PumpAsync(_client, _server, _toServer, RelayDirection.ToServer, stopping), PumpAsync(_server, _client, _toClient, RelayDirection.ToClient, stopping));
    }

    private async Task PumpAsync(Socket from, Socket to, RelayValve valve, RelayDirection direction, CancellationToken stopping)
    {
        var buffer = new byte[ChunkBytes];
        try
        {
            while (true)
            {
                // The bytes are taken only when they may go on: what waits fills the buffers of the sender's side, as it does before a hole.
                await from.ReceiveAsync(Memory<byte>.Empty, stopping);
                var most = await valve.WaitAsync(stopping);
                var count = await from.ReceiveAsync(buffer.AsMemory(0, most), stopping);
                if (count == 0)
                    break;
                if (valve.Latency > TimeSpan.Zero)
                    await Task.Delay(valve.Latency, TimeProvider.System, stopping);
                Passing?.Invoke(direction, buffer.AsSpan(0, count));
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), stopping);
                valve.Passed(count);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // A side went away or the relay is going; the other side learns of it by the end of its socket.
            if (error is SocketException)
                to.Dispose();
        }
    }

    private void Each(RelayDirection direction, Action<RelayValve> act)
    {
        if (direction.HasFlag(RelayDirection.ToServer))
            act(_toServer);
        if (direction.HasFlag(RelayDirection.ToClient))
            act(_toClient);
    }
}
