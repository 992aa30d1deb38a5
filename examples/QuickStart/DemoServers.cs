using System.Net;
using System.Net.Sockets;
using SecureStreams;

namespace QuickStart;

/// <summary>The four servers, streamtypes of servers.json, on free loopback ports with a certificate made for this run; and a port where nobody listens.</summary>
internal sealed class DemoServers : IAsyncDisposable
{
    private readonly SsContext _context;
    private readonly Dictionary<string, int> _ports = [];
    private readonly Socket _deadSocket;

    private DemoServers(SsContext context, DemoCertificate certificate)
    {
        _context = context;
        Certificate = certificate;

        // One handler greets, whatever the protocol; it is told the name of it only to have something to say.
        Listen("greet_h1", "HTTP/1.1");
        Listen("greet_h2", "HTTP/2");
        Listen("greet_ws", "ws");
        Listen("greet_raw", "raw");

        // Bound but not listening: connecting there is refused, and nobody else can take the port meanwhile.
        _deadSocket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _deadSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    /// <summary>What they show.</summary>
    public DemoCertificate Certificate { get; }

    public int DeadPort => ((IPEndPoint)_deadSocket.LocalEndPoint!).Port;

    public static DemoServers Start()
    {
        var certificate = DemoCertificate.Make("localhost");
        return new DemoServers(SsContext.FromJson(DemoPolicy.LoadServers(certificate), new SsContextOptions { Product = "quickstart" }.UseServer()), certificate);
    }

    /// <summary>The port that a server streamtype has.</summary>
    public int PortOf(string streamType) => _ports[streamType];

    public async ValueTask DisposeAsync()
    {
        _deadSocket.Dispose();
        await _context.DisposeAsync(); // And with it its listeners.
    }

    private void Listen(string streamType, string protocol)
    {
        var listener = _context.CreateListener(streamType, _ => new Greeter(protocol));
        _ports.Add(streamType, ((IPEndPoint)listener.EndPoints[0]).Port);
    }
}
