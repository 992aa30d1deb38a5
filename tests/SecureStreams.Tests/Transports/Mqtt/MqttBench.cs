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

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>A listener whose connections a test plays as a broker, and transports that lead there: over TCP, TLS or a Unix socket.</summary>
internal sealed class MqttBench : IContractRig
{
    private readonly Socket _listener;
    private readonly bool _tls;
    private readonly bool _isWebSocket;
    private readonly Channel<MqttPeer> _peers = Channel.CreateUnbounded<MqttPeer>();
    private readonly List<MqttPeer> _served = [];
    private readonly TransportFactory _factory;
    private readonly Task _accepting;

    public MqttBench(string kind = "tcp", string more = Both, SsPlatform? platform = null)
    {
        _tls = kind == "tls";
        _isWebSocket = kind == "ws";
        var abstractName = $"@ss-test-{Guid.NewGuid():N}";
        EndPoint endPoint = kind == "unix" ? new UnixDomainSocketEndPoint("\0" + abstractName[1..]) : new IPEndPoint(IPAddress.Loopback, 0);
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, kind == "unix" ? ProtocolType.Unspecified : ProtocolType.Tcp);
        _listener.Bind(endPoint);
        _listener.Listen(1024);
        Where = (kind == "unix" ? $"\"endpoint\": \"+{abstractName}\"" : $"\"endpoint\": \"127.0.0.1\", \"port\": {((IPEndPoint)_listener.LocalEndPoint!).Port}")
            + ", \"protocol\": \"mqtt\"" + (_tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "") + (_isWebSocket ? ", \"mqtt_over_ws\": true, \"http_url\": \"mqtt?x=1\"" : "");
        Policy = PolicyOf(more);
        _factory = new TransportFactory(platform ?? new SsPlatform { Time = Clock }, Log, Blobs);
        _accepting = AcceptAsync();
    }

    /// <summary>A streamtype that receives and sends.</summary>
    public const string Both = "\"mqtt_topic\": \"t/out\", \"mqtt_subscribe\": \"t/in\"";

    /// <summary>The request of the last WebSocket.</summary>
    public Codecs.Http.HttpHead? Upgrade { get; private set; }

    /// <summary>Endpoint and protocol, as JSON members.</summary>
    public string Where { get; }

    public ManualTimeProvider Clock { get; } = new();

    public TestLog Log { get; } = new();

    public SsMemoryBlobStore Blobs { get; } = new();

    public ITransportFactory Factory => _factory;

    public StreamTypePolicy Policy { get; }

    /// <summary>A streamtype with these attributes beside endpoint and protocol.</summary>
    public StreamTypePolicy PolicyOf(string more, string name = "t") => HttpBench.Load($"\"{name}\": {{ {Where}{(more.Length > 0 ? ", " + more : "")} }}").StreamTypes[name];

    /// <summary>The same with a retry scheme that has these attributes.</summary>
    public StreamTypePolicy PolicyWithRetry(string more, string retry)
    {
        var json = $$"""{ "retry": [{ "r": { "backoff": [1000], {{retry}} } }], "s": [{ "t": { {{Where}}, {{more}}, "retry": "r" } }] }""";
        var result = PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes(json), "policy", new PolicyLoadOptions());
        return result.Model!.StreamTypes["t"];
    }

    public async Task<MqttPeer> PeerAsync() => await _peers.Reader.ReadAsync().AsTask().OrFail(static () => "No connection arrived.");

    /// <summary>Whether another connection has arrived.</summary>
    public bool HasPeer => _peers.Reader.Count > 0;

    public async Task<IContractPeer> NextPeerAsync() => await PeerAsync();

    public Task PlayDueAsync() => Task.CompletedTask;

    public TransportRun Start(StreamTypePolicy? policy = null, Action<TransportRun>? setup = null, bool paused = false)
    {
        var run = new TransportRun(policy ?? Policy);
        setup?.Invoke(run);
        run.Start(Factory, paused: paused);
        return run;
    }

    /// <summary>A connection that both sides know of.</summary>
    public async Task<(TransportRun Run, MqttPeer Peer)> ConnectAsync(StreamTypePolicy? policy = null, Action<TransportRun>? setup = null, bool subscribes = true, bool sessionPresent = false)
    {
        var run = Start(policy, setup);
        var peer = await PeerAsync();
        await peer.AcceptOnlyAsync(sessionPresent);
        if (subscribes)
            await peer.AnswerSubscribeAsync();
        await run.WaitForAsync("connected");
        return (run, peer);
    }

    /// <summary>Another stream on a connection that there is.</summary>
    public async Task<TransportRun> JoinAsync(MqttPeer peer, StreamTypePolicy policy, Action<TransportRun>? setup = null, bool subscribes = true)
    {
        var run = Start(policy, setup);
        if (subscribes)
            await peer.AnswerSubscribeAsync();
        await run.WaitForAsync("connected");
        return run;
    }

    /// <summary>A context with these streamtypes; the retry scheme <c>r</c> waits a second and gives a silent broker up after ten, <c>soon</c> waits as long for a silent one as there is, <c>later</c> waits ten seconds.</summary>
    public LocalContext Context(string streamTypes, string? stateFolder = null) => SsContext.FromJson(
        $$"""
        {
          "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
          "trust_stores": [{ "name": "main", "stack": ["root"] }],
          "retry": [{ "r": { "backoff": [1000], "conceal": 3, "jitterpc": 0, "svalidping": 5, "svalidhup": 10 } }, { "later": { "backoff": [10000], "conceal": 3, "jitterpc": 0 } }, { "soon": { "backoff": [1000], "conceal": 3, "jitterpc": 0, "svalidhup": 0 } }],
          "s": [{ {{streamTypes}} }]
        }
        """,
        new() { Platform = new SsPlatform { Time = Clock }, LoggerFactory = Log, Blobs = Blobs, StateFolder = stateFolder });

    /// <summary>Ends a context whose connection the peer sees to its end.</summary>
    public static async Task EndAsync(LocalContext context, MqttPeer peer)
    {
        var gone = peer.Gone;
        await context.DisposeAsync().AsTask().OrFail(static () => "The context does not end.");
        await gone.OrFail(static () => "The connection does not end.");
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

            Stream stream;
            try
            {
                stream = await BeginAsync(socket);
            }
            catch (IOException)
            {
                // The stream gave up in the middle of it. Whoever waits for this peer is told that none came.
                socket.Dispose();
                continue;
            }

            var peer = new MqttPeer(socket, stream);
            _served.Add(peer);
            _peers.Writer.TryWrite(peer);
        }
    }

    private async Task<Stream> BeginAsync(Socket socket)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (_tls)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificates.Server.Certificate });
            stream = secured;
        }

        if (_isWebSocket)
        {
            // The platform's own frames, so that ours are proven with those of others.
            using var upgrade = new WebSocket.WsPeer(null, stream);
            await upgrade.ReadRequestAsync();
            Upgrade = upgrade.Request;
            await upgrade.AcceptAsync();
            var frames = System.Net.WebSockets.WebSocket.CreateFromStream(stream, new System.Net.WebSockets.WebSocketCreationOptions { IsServer = true, SubProtocol = "mqtt" });
            stream = System.Net.WebSockets.WebSocketStream.Create(frames, System.Net.WebSockets.WebSocketMessageType.Binary, ownsWebSocket: true);
        }

        return stream;
    }
}
