using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Http;

/// <summary>A client of HTTP/1.1 that says what the test writes, byte for byte, and takes what comes.</summary>
internal static class PlainClient
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Sends a request on a connection of its own, and reads until that ends.</summary>
    public static async Task<string> AskAsync(SsListener listener, string request)
    {
        using var socket = await ServerBench.ConnectAsync(listener);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), Token);
        }
        catch (SocketException)
        {
            // It is refused before all of it is sent.
        }

        return await ToEndAsync(socket);
    }

    /// <summary>All that comes until the connection ends, or is cut off.</summary>
    public static async Task<string> ToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), Token).AsTask().OrFail(() => $"The connection does not end: {text}") is var count and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Cut off.
        }

        return text.ToString();
    }
}
