using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SecureStreams.Tests.EndToEnd.Policies;

/// <summary>Answers whatever path a policy asks for: method, target and length of the body, in the manner of the servers that such policies are for.</summary>
internal static class AnyServer
{
    public static async Task AnswerAsync(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync(http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
            await FeedAsync(socket, http.Request.Path + http.Request.QueryString, http.RequestAborted);
            return;
        }

        var length = 0;
        var buffer = new byte[4096];
        int count;
        while ((count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
            length += count;
        if (http.Request.Path.Value!.EndsWith("generate_204", StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        http.Response.StatusCode = HttpMethods.IsPut(http.Request.Method) ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await http.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture, $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {length} {http.Request.ContentType}"));
    }

    private static async Task FeedAsync(WebSocket socket, string target, CancellationToken cancellationToken)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes($"feed of {target}."), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken) is { MessageType: not WebSocketMessageType.Close } message)
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, cancellationToken);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
    }
}
