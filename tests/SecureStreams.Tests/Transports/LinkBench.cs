using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports;

/// <summary>A listener whose connections a test plays, and transports that lead there. Time is the test's.</summary>
/// <typeparam name="TPeer">Who is at the other end.</typeparam>
internal abstract class LinkBench<TPeer> : IContractRig
    where TPeer : class, IContractPeer, IDisposable
{
    private readonly Socket _listener;
    private readonly SslApplicationProtocol? _application;
    private readonly Channel<TPeer> _peers = Channel.CreateUnbounded<TPeer>();
    private readonly List<TPeer> _served = [];
    private readonly TransportFactory _factory;
    private readonly Task _accepting;

    /// <param name="endPoint">Where it listens.</param>
    /// <param name="tls">Whether it speaks TLS.</param>
    /// <param name="application">What it agrees to speak over TLS; null for nothing.</param>
    /// <param name="platform">For the transports; on the clock of the bench, unless it has one of its own.</param>
    /// <param name="receiveBuffer">Of the system for each connection, in bytes; null for its choice.</param>
    protected LinkBench(EndPoint endPoint, bool tls, SslApplicationProtocol? application, SsPlatform? platform, int? receiveBuffer = null)
    {
        IsSecure = tls;
        _application = application;
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (receiveBuffer is { } bytes)
            _listener.ReceiveBufferSize = bytes;
        _listener.Bind(endPoint);
        _listener.Listen(1024);
        platform ??= new SsPlatform();
        _factory = new TransportFactory(platform.Time == TimeProvider.System ? platform with { Time = Clock } : platform, Log, Blobs);
        _accepting = AcceptAsync();
    }

    /// <summary>The TCP port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public ManualTimeProvider Clock { get; } = new();

    public SsMemoryBlobStore Blobs { get; } = new();

    public TestLog Log { get; } = new();

    public ITransportFactory Factory => _factory;

    public StreamTypePolicy Policy { get; set; } = null!;

    /// <summary>Whether it speaks TLS.</summary>
    protected bool IsSecure { get; }

    public async Task<TPeer> PeerAsync() => await _peers.Reader.ReadAsync().AsTask().OrFail(static () => "No connection arrived.");

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
    public async Task<(TransportRun Run, TPeer Peer)> ConnectAsync(Action<TransportRun>? setup = null, bool paused = false)
    {
        var run = Start(setup, paused);
        var peer = await PeerAsync();
        await AcceptPeerAsync(peer);
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

    /// <summary>Whoever plays the other end of a connection that has come.</summary>
    protected abstract Task<TPeer> MakePeerAsync(Socket socket, Stream stream);

    /// <summary>What the other end says before a connection can be used.</summary>
    protected virtual Task AcceptPeerAsync(TPeer peer) => Task.CompletedTask;

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

            if (socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (IsSecure)
            {
                var secured = new SslStream(stream);
                try
                {
                    await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = TestCertificates.Server.Certificate,
                        ApplicationProtocols = _application is { } application ? [application] : null,
                    });
                }
                catch (IOException)
                {
                    // The stream gave up in the middle of it. Whoever waits for this peer is told that none came.
                    await secured.DisposeAsync();
                    continue;
                }

                stream = secured;
            }

            var peer = await MakePeerAsync(socket, stream);
            _served.Add(peer);
            _peers.Writer.TryWrite(peer);
        }
    }
}
