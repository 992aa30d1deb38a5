using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>
/// System.Net.WebSockets on what Kestrel upgrades, HTTP/1.1 and HTTP/2: the bytes below are at hand, and a connection is held until the client has ended its own half, so that what was said last arrives.
/// At each message <c>/raw?hex=HEX</c> writes these bytes under the frames, <c>/close?code=N&amp;reason=TEXT</c> closes with that, <c>/echo</c> sends the message back; any other path just receives. <c>id=TEXT</c> marks a connection.
/// </summary>
internal sealed class PlatformServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<(int? Code, string? Reason)>> _ends = new();
    private readonly WebApplication _app;

    private PlatformServer(WebApplication app) => _app = app;

    /// <summary>The port of HTTP/1.1.</summary>
    public int Port { get; private set; }

    /// <summary>The port of HTTP/2 with prior knowledge.</summary>
    public int Http2Port { get; private set; }

    public static async Task<PlatformServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var server = new PlatformServer(app);
        app.Run(server.ServeAsync);
        await app.StartAsync();
        var ports = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address).Port).ToArray();
        (server.Port, server.Http2Port) = (ports[0], ports[1]);
        return server;
    }

    /// <summary>The close frame that the connection marked so received; a code of null when none came.</summary>
    public Task<(int? Code, string? Reason)> EndOf(string id) => End(id).Task.OrFail(() => $"The platform's end of {id} does not come.");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private TaskCompletionSource<(int? Code, string? Reason)> End(string id) =>
        _ends.GetOrAdd(id, static _ => new TaskCompletionSource<(int? Code, string? Reason)>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ServeAsync(HttpContext http)
    {
        await using var stream = await UpgradeAsync(http);
        using var socket = System.Net.WebSockets.WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        try
        {
            var query = http.Request.Query;
            await ReceiveAsync(socket, async message =>
            {
                switch (http.Request.Path.Value)
                {
                    case "/raw":
                        await stream.WriteAsync(Convert.FromHexString(query["hex"].ToString()));
                        await stream.FlushAsync();
                        break;
                    case "/close":
                        await socket.CloseOutputAsync((WebSocketCloseStatus)int.Parse(query["code"].ToString(), CultureInfo.InvariantCulture), query["reason"].ToString(), CancellationToken.None);
                        break;
                    case "/echo":
                        await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                        break;
                }
            });
        }
        catch (WebSocketException)
        {
            // It has answered what broke the protocol, or the client went away; what became of the connection is for the client to see.
        }

        End(http.Request.Query["id"].ToString()).TrySetResult(((int?)socket.CloseStatus, socket.CloseStatusDescription));

        // A stream of HTTP/2 whose two close frames have gone is the server's to end; a client waits a second for that.
        if (socket.State != WebSocketState.Closed || !HttpProtocol.IsHttp2(http.Request.Protocol))
            await DrainAsync(stream);
    }

    private static async Task<Stream> UpgradeAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
            return await connect.AcceptAsync();
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.SecWebSocketAccept = WebSocketAccept.Of(http.Request.Headers.SecWebSocketKey.ToString());
        return await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    // What it acts on is short, and comes in one piece.
    private static async Task ReceiveAsync(System.Net.WebSockets.WebSocket socket, Func<ReadOnlyMemory<byte>, Task> onMessage)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
                break;
            if (result.EndOfMessage)
                await onMessage(buffer.AsMemory(0, result.Count));
        }

        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, socket.CloseStatusDescription, CancellationToken.None);
    }

    private static async Task DrainAsync(Stream stream)
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
            // Cut off, which is an end too.
        }
    }
}
