using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace QuickStart;

/// <summary>What the demo server says: a greeting, in the way of each protocol.</summary>
internal static class Greeter
{
    /// <summary>h1 and h2: the name is the end of the path. WebSocket: it is in a message.</summary>
    public static async Task GreetAsync(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest)
        {
            await GreetAsync(http.WebSockets);
            return;
        }

        await http.Response.WriteAsync(Greeting(http.Request.Path.Value!.Split('/')[^1], http.Request.Protocol));
    }

    /// <summary>raw: the name is a line.</summary>
    public static async Task GreetAsync(ConnectionContext connection)
    {
        var reader = new StreamReader(connection.Transport.Input.AsStream());
        while (await reader.ReadLineAsync() is { } name)
            await connection.Transport.Output.WriteAsync(Encoding.UTF8.GetBytes(Greeting(name, "raw")));
    }

    private static async Task GreetAsync(WebSocketManager sockets)
    {
        using var socket = await sockets.AcceptWebSocketAsync(sockets.WebSocketRequestedProtocols[0]);
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } message)
        {
            var name = Encoding.UTF8.GetString(buffer, 0, message.Count).TrimEnd();
            await socket.SendAsync(Encoding.UTF8.GetBytes(Greeting(name, "ws")), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static string Greeting(string name, string protocol) => $"hello {name}, over {protocol}\n";
}
