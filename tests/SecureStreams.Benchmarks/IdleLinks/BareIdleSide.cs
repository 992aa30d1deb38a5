using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using SecureStreams.Benchmarks.Bare;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.IdleLinks;

/// <summary>The platform alone, reading without a buffer: the least it can hold.</summary>
internal sealed class BareIdleSide(Workload workload, BenchPeer peer) : IIdleSide
{
    private readonly List<object> _held = [];
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { UseProxy = false, SslOptions = peer.TlsOptions("127.0.0.1") });

    public async Task OpenAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (workload.Way is WorkloadWay.WebSocket or WorkloadWay.WebSocketTls)
                await OpenWebSocketAsync();
            else
                await OpenRawAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        GC.KeepAlive(_held);
        return default;
    }

    private async Task OpenWebSocketAsync()
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await socket.ConnectAsync(BareWebSocketSide.AddressOf(workload, peer), _invoker, CancellationToken.None);
        _held.Add(socket);
        _held.Add(socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None).AsTask());
    }

    private async Task OpenRawAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, peer.PortOf(workload)));
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (workload.IsSecure)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(peer.TlsOptions("127.0.0.1"));
            stream = tls;
        }

        _held.Add(stream);
        _held.Add(stream.ReadAsync(Memory<byte>.Empty).AsTask());
    }
}
