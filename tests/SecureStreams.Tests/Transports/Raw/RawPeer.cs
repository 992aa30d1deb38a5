using System.Net.Security;
using System.Net.Sockets;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>The other end of a raw connection, in the hands of a test.</summary>
internal sealed class RawPeer(Socket socket, Stream stream) : IContractPeer, IDisposable
{
    private Task? _gone;

    public Socket Socket => socket;

    public Stream Stream => stream;

    /// <summary>Completes when the stream's side has ended.</summary>
    public Task Gone => _gone ??= NoticeAsync();

    public Task AcceptAsync() => Task.CompletedTask;

    public async Task SendAsync(byte[] payload)
    {
        await stream.WriteAsync(payload);
        await stream.FlushAsync();
    }

    public async Task FinishAsync()
    {
        await HalfCloseAsync();
        if (socket.AddressFamily == AddressFamily.Unix)
            socket.Dispose();
    }

    public async Task HalfCloseAsync()
    {
        if (stream is SslStream tls)
            await tls.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Send);
    }

    public Task BreakAsync()
    {
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        return Task.CompletedTask;
    }

    public async Task<byte[]> ReceivedAsync(int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>Everything until the stream ends its side.</summary>
    public async Task<byte[]> ToEndAsync()
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    public void Dispose() => socket.Dispose();

    private async Task NoticeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // So it noticed.
        }

        socket.Dispose();
    }
}
