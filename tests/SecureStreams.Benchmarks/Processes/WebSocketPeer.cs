using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>WebSocket connections, by the platform's own implementation.</summary>
internal static class WebSocketPeer
{
    private const int LargestMessage = 64 * 1024;

    /// <summary>Gives back each message after it has come whole.</summary>
    public static async Task EchoAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[LargestMessage];
        while (await ReceiveAsync(socket, buffer) is { } length)
            await socket.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }

    /// <summary>Answers marked messages with a byte and no others.</summary>
    public static async Task SinkAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[LargestMessage];
        while (await ReceiveAsync(socket, buffer) is not null)
        {
            if (buffer[0] == Payload.LastMark)
                await socket.SendAsync(buffer.AsMemory(0, 1), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
    }

    /// <summary>The length of the next message; null when the client has closed or gone.</summary>
    private static async ValueTask<int?> ReceiveAsync(WebSocket socket, byte[] buffer)
    {
        var length = 0;
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    return null;
                }

                length += received.Count;
                if (received.EndOfMessage)
                    return length;
            }
        }
        catch (WebSocketException)
        {
            // The measuring process ends as it likes.
            return null;
        }
    }
}
