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

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>A listener whose connections a test plays, and transports that lead there: over TCP, TLS or a Unix socket.</summary>
internal sealed class RawBench : IContractRig
{
    private readonly Socket _listener;
    private readonly bool _tls;
    private readonly Channel<RawPeer> _peers = Channel.CreateUnbounded<RawPeer>();
    private readonly List<RawPeer> _served = [];
    private readonly TransportFactory _factory;
    private readonly Task _accepting;

    public RawBench(string kind, string more = "", SsPlatform? platform = null, int? receiveBuffer = null)
    {
        Kind = kind;
        _tls = kind == "tls";
        var abstractName = $"@ss-test-{Guid.NewGuid():N}";
        EndPoint endPoint = kind == "unix" ? new UnixDomainSocketEndPoint("\0" + abstractName[1..]) : new IPEndPoint(IPAddress.Loopback, 0);
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, kind == "unix" ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (receiveBuffer is { } bytes)
            _listener.ReceiveBufferSize = bytes;
        _listener.Bind(endPoint);
        _listener.Listen(1024);
        var where = kind == "unix" ? $"\"endpoint\": \"+{abstractName}\"" : $"\"endpoint\": \"127.0.0.1\", \"port\": {((IPEndPoint)_listener.LocalEndPoint!).Port}";
        Attributes = $"{where}, \"protocol\": \"raw\"" + (_tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "") + (more.Length > 0 ? ", " + more : "");
        Policy = HttpBench.Policy(Attributes);
        _factory = new TransportFactory(platform ?? new SsPlatform { Time = Clock }, Log, new SsMemoryBlobStore());
        _accepting = AcceptAsync();
    }

    public string Kind { get; }

    /// <summary>The TCP port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>The streamtype's attributes, as JSON members.</summary>
    public string Attributes { get; }

    public ManualTimeProvider Clock { get; } = new();

    public TestLog Log { get; } = new();

    public ITransportFactory Factory => _factory;

    public StreamTypePolicy Policy { get; }

    public async Task<RawPeer> PeerAsync() => await _peers.Reader.ReadAsync().AsTask().OrFail(static () => "No connection arrived.");

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
    public async Task<(TransportRun Run, RawPeer Peer)> ConnectAsync(Action<TransportRun>? setup = null, bool paused = false)
    {
        var run = Start(setup, paused);
        var peer = await PeerAsync();
        await run.WaitForAsync("connected");
        return (run, peer);
    }

    public void StopListening() => _listener.Dispose();

    public async ValueTask DisposeAsync()
    {
        StopListening();
        await _accepting;
        foreach (var peer in _served)
            peer.Dispose();
        await _factory.DisposeAsync();
        await Clock.WaitForNoTimersAsync();
        Log.Dispose();
    }

    private async Task AcceptAsync()
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

            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_tls)
            {
                var secured = new SslStream(stream);
                await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificates.Server.Certificate });
                stream = secured;
            }

            var peer = new RawPeer(socket, stream);
            _served.Add(peer);
            _peers.Writer.TryWrite(peer);
        }
    }
}
