using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>
/// A Kestrel that asks clients for a certificate, takes any or none, and writes down by whom each request came and on which connection. <c>/close...</c> ends its connection,
/// <c>/away</c> redirects to <see cref="Elsewhere"/>. WebSocket is spoken everywhere else, on HTTP/2 too (RFC 8441), until the client closes.
/// </summary>
internal sealed class TlsHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<TlsHostLine> _log = new();

    private TlsHost(WebApplication app) => _app = app;

    public int Port { get; private set; }

    /// <summary>Where <c>/away</c> leads.</summary>
    public string Elsewhere { get; set; } = "";

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<TlsHostLine> Log => [.. _log];

    public static async Task<TlsHost> StartAsync(X509Certificate2 certificate, params X509Certificate2[] chain)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = TimeSpan.FromMinutes(5), // Hundreds may begin at once, on a slow machine.
                OnConnection = _ => new(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [.. chain], offline: true),
                    ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not { Subject: "" }, // Whoever says who it is, or shows nothing.
                }),
            });
        }));
        var app = builder.Build();
        var host = new TlsHost(app);
        app.UseWebSockets();
        app.Run(host.AnswerAsync);
        await app.StartAsync();
        host.Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return host;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _log.Enqueue(new TlsHostLine(
            path, context.Connection.Id, context.Connection.RemotePort, context.Connection.ClientCertificate?.Thumbprint, context.Request.Host.Host, $"{context.Request.Method} {context.Request.Protocol}"));
        if (path.StartsWith("/close", StringComparison.Ordinal))
            context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
        if (path == "/away")
            context.Response.Redirect(Elsewhere);
        else if (context.WebSockets.IsWebSocketRequest)
            await SpeakAsync(context);
    }

    private static async Task SpeakAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            while ((await socket.ReceiveAsync(new byte[1024].AsMemory(), context.RequestAborted)).MessageType != WebSocketMessageType.Close)
                continue;
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The client is gone.
        }
    }
}
