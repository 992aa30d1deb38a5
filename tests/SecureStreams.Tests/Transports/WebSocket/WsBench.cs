using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>A listener whose connections a test plays as a WebSocket server, and transports that lead there. Time is the test's.</summary>
internal sealed class WsBench : IContractRig
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly bool _tls;
    private readonly Channel<WsPeer> _peers = Channel.CreateUnbounded<WsPeer>();
    private readonly List<WsPeer> _served = [];
    private readonly TransportFactory _factory;
    private readonly Task _accepting;

    public WsBench(bool tls = false, string more = "", bool handshake = true, SsPlatform? platform = null)
    {
        _tls = tls;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1024);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Policy = PolicyOf(more);
        _factory = new TransportFactory(platform is null ? new SsPlatform { Time = Clock } : platform with { Time = Clock }, Log, Blobs);
        _accepting = AcceptAsync(handshake);
    }

    public int Port { get; }

    public ManualTimeProvider Clock { get; } = new();

    public SsMemoryBlobStore Blobs { get; } = new();

    public TestLog Log { get; } = new();

    public ITransportFactory Factory => _factory;

    public StreamTypePolicy Policy { get; set; }

    public StreamTypePolicy PolicyOf(string more) => HttpBench.Policy(
        $"\"endpoint\": \"127.0.0.1\", \"port\": {Port}, \"protocol\": \"ws\", \"ws_binary\": true" + (_tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "") + (more.Length > 0 ? ", " + more : ""));

    public async Task<WsPeer> PeerAsync() => await _peers.Reader.ReadAsync().AsTask().OrFail(static () => "No connection arrived.");

    public async Task<IContractPeer> NextPeerAsync() => await PeerAsync();

    public Task PlayDueAsync() => Task.CompletedTask;

    public TransportRun Start(Action<TransportRun>? setup = null, bool paused = false)
    {
        var run = new TransportRun(Policy);
        setup?.Invoke(run);
        run.Start(Factory, paused: paused);
        return run;
    }

    /// <summary>A connection that both sides know of.</summary>
    public async Task<(TransportRun Run, WsPeer Peer)> ConnectAsync(Action<TransportRun>? setup = null, bool paused = false)
    {
        var run = Start(setup, paused);
        var peer = await PeerAsync();
        await peer.AcceptAsync();
        await run.WaitForAsync("connected");
        return (run, peer);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var peer in _served)
            peer.Dispose();
        await _factory.DisposeAsync();
        await Clock.WaitForNoTimersAsync();
        Log.Dispose();
    }

    private async Task AcceptAsync(bool handshake)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_tls)
            {
                var secured = new SslStream(stream);
                await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = TestCertificates.Server.Certificate,
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                });
                stream = secured;
            }

            var peer = new WsPeer(socket, stream);
            if (handshake)
                await peer.ReadRequestAsync();
            _served.Add(peer);
            _peers.Writer.TryWrite(peer);
        }
    }
}
