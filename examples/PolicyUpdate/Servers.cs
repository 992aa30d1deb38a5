using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SecureStreams;

namespace PolicyUpdate;

/// <summary>Two servers of each kind on loopback, which send back what they get and count it, and a port where nobody listens.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly SsContext _context;
    private readonly Socket _dead = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private Servers(SsContext context)
    {
        _context = context;

        // Bound but not listening: connecting there is refused, and nobody else can take the port meanwhile.
        _dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        foreach (var name in (string[])["feed_one", "feed_two", "reading_one", "reading_two"])
            Ports.Add(name, ((IPEndPoint)context.CreateListener(name, _ => new EchoHandler(text => Seen.AddOrUpdate($"{name} {text}", 1, static (_, count) => count + 1))).EndPoints[0]).Port);
        Ports.Add("nobody", ((IPEndPoint)_dead.LocalEndPoint!).Port);
    }

    /// <summary>Where each is.</summary>
    public Dictionary<string, int> Ports { get; } = [];

    /// <summary>How often each server has got each message.</summary>
    public ConcurrentDictionary<string, int> Seen { get; } = new();

    public static Servers Start() =>
        new(SsContext.FromFile(Path.Combine(AppContext.BaseDirectory, "servers.json"), new SsContextOptions { Product = "policyupdate" }.UseServer()));

    public async ValueTask DisposeAsync()
    {
        _dead.Dispose();
        await _context.DisposeAsync(); // And with it its listeners.
    }
}
