using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Servers;

/// <content>The endpoints that speak WebSocket: an upgrade of HTTP/1.1, or an extended CONNECT of HTTP/2.</content>
internal static partial class TestEndpoints
{
    private static async Task WebSocketAsync(KestrelTestHost host, HttpContext context, string what)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await StatusAsync(context, StatusCodes.Status426UpgradeRequired, "only WebSocket is spoken here");
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping, context.RequestAborted);

        // The first that the client offers, so that any policy's subprotocol is spoken.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        try
        {
            await (what switch
            {
                "echo" => EchoAsync(socket, either.Token),
                "bytes" => BytesAsync(socket, context, either.Token),
                "hash" => HashAsync(socket, context, host.Options.Time, either.Token),
                "tick" => TickAsync(socket, context, host.Options.Time, either.Token),
                _ => socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "no such test endpoint", either.Token),
            });
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The client went away without a closing handshake, or the host is going: not an error of this server.
        }
    }

    private static async Task EchoAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[Chunk];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                break;
            await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, cancellationToken);
        }

        await socket.CloseAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription, cancellationToken);
    }

    private static async Task BytesAsync(WebSocket socket, HttpContext context, CancellationToken cancellationToken)
    {
        var length = Number(Query(context, "length") ?? "0");
        var seed = (int)Number(Query(context, "seed") ?? "0");
        var message = new byte[Number(Query(context, "message") ?? "65536")];
        for (long position = 0; position < length;)
        {
            var count = (int)Math.Min(message.Length, length - position);
            DeterministicBytes.Fill(message.AsSpan(0, count), position, seed);
            await socket.SendAsync(message.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            position += count;
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "that was all", cancellationToken);
    }

    private static async Task HashAsync(WebSocket socket, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var expected = Number(Query(context, "length") ?? "0");
        var ack = Query(context, "ack") is not null;
        var pace = new Pace(Number(Query(context, "rate") ?? "0"), time);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        long length = 0;
        while (length < expected)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                break;
            hash.AppendData(buffer, 0, result.Count);
            length += result.Count;
            await pace.TakeAsync(result.Count, cancellationToken);
            if (ack && result.EndOfMessage)
                await socket.SendAsync("."u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(hash.GetHashAndReset())} {length}");
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "that was all", cancellationToken);
    }

    private static async Task TickAsync(WebSocket socket, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(Number(Query(context, "ms") ?? "10"));
        var reading = ReadAsync();
        var eight = new byte[8];
        for (long position = 0; !reading.IsCompleted; position += eight.Length)
        {
            DeterministicBytes.Fill(eight, position);
            await socket.SendAsync(eight, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            await Task.WhenAny(reading, Task.Delay(pause, time, cancellationToken));
        }

        await reading;
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);

        // Reading is what answers pings.
        async Task ReadAsync()
        {
            var buffer = new byte[1024];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
                continue;
        }
    }
}
