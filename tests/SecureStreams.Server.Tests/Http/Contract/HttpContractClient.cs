using System.Net.Sockets;
using SecureStreams.Tests.Transports;

namespace SecureStreams.Server.Tests.Http.Contract;

/// <summary>The client of one request, for the contract suite: its body goes as the suite says, and the answer is read beside it.</summary>
internal abstract class HttpContractClient(Socket socket) : IContractPeer, IAsyncDisposable
{
    private Task? _gone;

    public Task Gone => _gone ??= NoticeAsync();

    protected Socket Socket => socket;

    /// <summary>Sends the head of the request.</summary>
    public abstract Task AskAsync();

    public Task AcceptAsync() => Task.CompletedTask;

    public abstract Task SendAsync(byte[] payload);

    public abstract Task FinishAsync();

    public Task BreakAsync()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        return Task.CompletedTask;
    }

    public async Task<byte[]> ReceivedAsync(int count)
    {
        var bytes = new byte[count];
        var got = 0;
        while (got < count)
        {
            var more = await ReadAsync(bytes.AsMemory(got));
            Assert.True(more > 0, $"The answer ends after {got} bytes.");
            got += more;
        }

        return bytes;
    }

    public virtual ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads the next of the answer's body, once its head has come; 0 at the end.</summary>
    /// <exception cref="IOException">It is cut off.</exception>
    protected abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    private async Task NoticeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await ReadAsync(buffer) > 0)
            {
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            // Cut off: gone as well.
        }
    }
}
