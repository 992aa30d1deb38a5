using System.Net;
using System.Net.Sockets;
using SecureStreams;

namespace Overlays;

/// <summary>
/// Three ends that a network can have, on loopback: a server that answers 204, a portal that sends everybody to its log-in page, both streamtypes of neighbourhood.json, and a port where nobody
/// listens.
/// </summary>
internal sealed class Neighbourhood : IAsyncDisposable
{
    private readonly SsContext _context;
    private readonly Socket _deadSocket;

    private Neighbourhood(SsContext context)
    {
        _context = context;
        ServerPort = Listen("internet", static () => new AnsweringHandler(static stream => stream.GetMetadata("path") == "/generate_204" ? 204 : 404));
        PortalPort = Listen("portal", static () => new AnsweringHandler(static stream =>
        {
            stream.SetMetadata("where", "/log-in");
            return 302;
        }));

        // Bound but not listening: connecting there is refused, and nobody else can take the port meanwhile.
        _deadSocket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _deadSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public int ServerPort { get; }

    public int PortalPort { get; }

    public int DeadPort => ((IPEndPoint)_deadSocket.LocalEndPoint!).Port;

    public static Neighbourhood Start() => new(SsContext.FromFile(Path.Combine(AppContext.BaseDirectory, "neighbourhood.json"), new SsContextOptions { Product = "overlays" }.UseServer()));

    public async ValueTask DisposeAsync()
    {
        _deadSocket.Dispose();
        await _context.DisposeAsync(); // And with it its listeners.
    }

    private int Listen(string streamType, Func<SecureStreamHandler> handler) => ((IPEndPoint)_context.CreateListener(streamType, _ => handler()).EndPoints[0]).Port;
}
