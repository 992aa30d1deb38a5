using System.Net.Sockets;
using System.Text;

namespace SecureStreams.TestSupport.Servers;

/// <summary>One connection in the hands of a script.</summary>
public sealed class ScriptedConnection
{
    private const int MaxHead = 64 * 1024;
    private readonly byte[] _one = new byte[1];

    internal ScriptedConnection(Socket socket, Stream stream)
    {
        Socket = socket;
        Stream = stream;
    }

    /// <summary>The socket, below TLS.</summary>
    public Socket Socket { get; }

    /// <summary>What is read and written; inside TLS where there is TLS.</summary>
    public Stream Stream { get; }

    /// <summary>Reads up to the empty line that ends a head. Byte by byte, so that nothing behind it is taken.</summary>
    /// <exception cref="EndOfStreamException">The peer closed before that.</exception>
    public async Task<string> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        while (!EndsHead(head))
        {
            if (head.Length == MaxHead)
                throw new InvalidOperationException($"No head ended within {MaxHead} bytes.");
            await Stream.ReadExactlyAsync(_one, cancellationToken);
            head.Append((char)_one[0]);
        }

        return head.ToString();

        static bool EndsHead(StringBuilder text) =>
            text.Length >= 4 && text[^1] == '\n' && text[^2] == '\r' && text[^3] == '\n' && text[^4] == '\r';
    }

    /// <summary>Reads exactly so many bytes.</summary>
    public async Task<byte[]> ReadAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await Stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>Reads until the peer closes its side, and returns how many bytes came.</summary>
    public async Task<long> DrainAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        long total = 0;
        int count;
        while ((count = await Stream.ReadAsync(buffer, cancellationToken)) > 0)
            total += count;
        return total;
    }

    /// <summary>Writes text as Latin-1, in one piece.</summary>
    public Task WriteAsync(string text, CancellationToken cancellationToken) => WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>Writes bytes in one piece.</summary>
    public async Task WriteAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await Stream.WriteAsync(bytes, cancellationToken);
        await Stream.FlushAsync(cancellationToken);
    }

    /// <summary>Closes the sending side of the socket; receiving goes on.</summary>
    public void HalfClose() => Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset, so that the peer sees an error rather than an end.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    /// <summary>Closes the socket without ending TLS: a cut that the peer can tell from an orderly end.</summary>
    public void Cut() => Socket.Close();

    /// <summary>Does nothing until the server stops, reading nothing.</summary>
    public static Task HoldAsync(CancellationToken stopping) => Task.Delay(Timeout.InfiniteTimeSpan, stopping);
}
