using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Overlays;

/// <summary>Three ends that a network can have, on loopback: a server that answers 204, a portal that sends everybody to its log-in page, and a port where nobody listens.</summary>
internal sealed class Neighbourhood : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Socket _deadSocket;

    private Neighbourhood(WebApplication app)
    {
        _app = app;
        var ports = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address).Port).ToArray();
        (ServerPort, PortalPort) = (ports[0], ports[1]);

        // Bound but not listening: connecting there is refused, and nobody else can take the port meanwhile.
        _deadSocket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _deadSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public int ServerPort { get; }

    public int PortalPort { get; }

    public int DeadPort => ((IPEndPoint)_deadSocket.LocalEndPoint!).Port;

    public static async Task<Neighbourhood> StartAsync()
    {
        Neighbourhood? all = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.Run(http =>
        {
            if (http.Connection.LocalPort == all!.PortalPort)
                http.Response.Redirect("/log-in");
            else
                http.Response.StatusCode = http.Request.Path == "/generate_204" ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return all = new Neighbourhood(app);
    }

    public async ValueTask DisposeAsync()
    {
        _deadSocket.Dispose();
        await _app.DisposeAsync();
    }
}
