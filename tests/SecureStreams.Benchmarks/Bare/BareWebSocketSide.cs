using System.Globalization;
using System.Net.WebSockets;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Bare;

/// <summary><see cref="ClientWebSocket"/> alone: one loop that keeps as many messages under way as the workload says.</summary>
internal sealed class BareWebSocketSide(Workload workload, BenchPeer peer) : IWorkloadSide
{
    private readonly ClientWebSocket _socket = new();
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { UseProxy = false, SslOptions = peer.TlsOptions("127.0.0.1") });
    private readonly byte[] _message = new byte[workload.Bytes];
    private readonly byte[] _received = new byte[workload.Bytes];

    public string Name => "bare";

    public Task OpenAsync()
    {
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        return _socket.ConnectAsync(AddressOf(workload, peer), _invoker, CancellationToken.None);
    }

    public Task RunAsync(int operations) => workload.Kind == WorkloadKind.OneWay ? OneWayAsync(operations) : EchoAsync(operations);

    public async ValueTask DisposeAsync()
    {
        if (_socket.State == WebSocketState.Open)
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        _socket.Dispose();
        _invoker.Dispose();
    }

    /// <summary>Where the workload's peer is.</summary>
    public static Uri AddressOf(Workload workload, BenchPeer peer) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{(workload.IsSecure ? "wss" : "ws")}://127.0.0.1:{peer.PortOf(workload)}{(workload.Kind == WorkloadKind.OneWay ? BenchServer.SinkPath : BenchServer.EchoPath)}"));

    private async Task EchoAsync(int operations)
    {
        var sent = 0;
        for (; sent < Math.Min(workload.Outstanding, operations); sent++)
            await SendAsync(sent).ConfigureAwait(false);
        for (var echo = 0; echo < operations; echo++)
        {
            if (await ReceiveAsync().ConfigureAwait(false) != workload.Bytes || Payload.NumberOf(_received) != echo)
                throw Payload.Wrong(echo, Payload.NumberOf(_received));
            if (sent < operations)
                await SendAsync(sent++).ConfigureAwait(false);
        }
    }

    private async Task OneWayAsync(int operations)
    {
        _message.AsSpan(0, Payload.NumberBytes).Clear();
        for (var sent = 0; sent < operations; sent++)
        {
            if (sent == operations - 1)
                _message[0] = Payload.LastMark;
            await _socket.SendAsync(_message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
        }

        if (await ReceiveAsync().ConfigureAwait(false) != 1)
            throw new InvalidOperationException("The answer is not a byte.");
    }

    private ValueTask SendAsync(int number)
    {
        Payload.Number(_message, number);
        return _socket.SendAsync(_message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }

    private async ValueTask<int> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_received.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
            length += received.Count;
            if (received.EndOfMessage)
                return received.MessageType == WebSocketMessageType.Binary ? length : throw new InvalidOperationException("The peer closed.");
        }
    }
}
