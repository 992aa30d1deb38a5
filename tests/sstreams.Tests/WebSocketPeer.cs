using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>The beginning of scripts that speak WebSocket as they like.</summary>
internal static class WebSocketPeer
{
    /// <summary>Reads a request for WebSocket and agrees.</summary>
    public static async Task UpgradeAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        var head = await connection.ReadHeadAsync(stopping);
        var key = head.Split("\r\n").Single(static line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase)).Split(':')[1].Trim();
#pragma warning disable CA5350 // What RFC 6455 section 4.2.2 asks for.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await connection.WriteAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", stopping);
    }
}
