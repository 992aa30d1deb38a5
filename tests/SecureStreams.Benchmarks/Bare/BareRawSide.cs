using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Bare;

/// <summary>A socket alone, or an <see cref="SslStream"/> over one.</summary>
internal sealed class BareRawSide(Workload workload, BenchPeer peer) : IWorkloadSide
{
    /// <summary>What a bulk program would write at a time.</summary>
    public const int BlockBytes = 64 * 1024;

    private const int MaxBlocks = 1024 * 1024 / BlockBytes;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _sent = new byte[workload.IsBulk ? BlockBytes : workload.Bytes];
    private readonly byte[] _received = new byte[workload.IsBulk ? BlockBytes : workload.Bytes];
    private Stream _stream = Stream.Null;

    public string Name => "bare";

    public async Task OpenAsync()
    {
        await _socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, peer.PortOf(workload)));
        _stream = new NetworkStream(_socket, ownsSocket: true);
        if (!workload.IsSecure)
            return;
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(peer.TlsOptions("127.0.0.1"));
        _stream = tls;
    }

    public Task RunAsync(int operations) => workload.Kind switch
    {
        WorkloadKind.Echo => PingPongAsync(operations),
        WorkloadKind.BulkEcho => BulkEchoAsync((long)operations * Workload.Megabyte),
        _ => BulkOneWayAsync((long)operations * Workload.Megabyte),
    };

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task PingPongAsync(int operations)
    {
        for (var echo = 0; echo < operations; echo++)
        {
            Payload.Number(_sent, echo);
            await _stream.WriteAsync(_sent).ConfigureAwait(false);
            await _stream.ReadExactlyAsync(_received).ConfigureAwait(false);
            if (Payload.NumberOf(_received) != echo)
                throw Payload.Wrong(echo, Payload.NumberOf(_received));
        }
    }

    private async Task BulkEchoAsync(long bytes)
    {
        using var room = new SemaphoreSlim(MaxBlocks, MaxBlocks);
        var sending = SendAsync();
        long received = 0, owed = 0;
        while (received < bytes)
        {
            var read = await _stream.ReadAsync(_received).ConfigureAwait(false);
            if (read == 0)
                throw new InvalidOperationException("The peer closed.");
            received += read;
            owed += read;
            for (; owed >= BlockBytes; owed -= BlockBytes)
                room.Release();
        }

        await sending.ConfigureAwait(false);
        if (received != bytes)
            throw new InvalidOperationException("More came back than was sent.");

        async Task SendAsync()
        {
            for (var left = bytes; left > 0;)
            {
                await room.WaitAsync().ConfigureAwait(false);
                var count = (int)Math.Min(left, BlockBytes);
                left -= count;
                await _stream.WriteAsync(_sent.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
    }

    private async Task BulkOneWayAsync(long bytes)
    {
        Payload.Number(_sent, bytes);
        await _stream.WriteAsync(_sent.AsMemory(0, Payload.HeaderBytes)).ConfigureAwait(false);
        for (var left = bytes; left > 0;)
        {
            var count = (int)Math.Min(left, BlockBytes);
            left -= count;
            await _stream.WriteAsync(_sent.AsMemory(0, count)).ConfigureAwait(false);
        }

        await _stream.ReadExactlyAsync(_received.AsMemory(0, 1)).ConfigureAwait(false);
        if (_received[0] != Payload.LastMark)
            throw new InvalidOperationException("The answer is not the one that ends a batch.");
    }
}
