using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>A listener that answers upgrades with the codec for servers and gives each connection to a <see cref="ServerConnection"/> under an <see cref="EchoSink"/>.</summary>
internal sealed class ServerRig : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<EchoSink> _sinks = Channel.CreateUnbounded<EchoSink>();
    private readonly List<EchoSink> _all = [];
    private readonly HttpBench _http;
    private readonly Handover _handover = new();
    private readonly Dialer _dialer;
    private readonly LinkContext _links;
    private readonly StreamTypePolicy _policy;
    private readonly WebSocketPlan _plan;
    private readonly Task _accepting;
    private readonly HeldSockets? _held;

    /// <param name="more">Further attributes of the streamtype, as JSON members.</param>
    /// <param name="held">What the connections are wrapped in; null for nothing.</param>
    public ServerRig(string more = "", HeldSockets? held = null)
    {
        _held = held;
        var platform = new SsPlatform { Sockets = _handover };
        _http = new HttpBench(platform);
        _dialer = new Dialer(platform);
        _links = new LinkContext(platform, _dialer);
        _policy = HttpBench.Policy("\"endpoint\": \"127.0.0.1\", \"port\": 1, \"protocol\": \"ws\", \"http_url\": \"/\"" + (more.Length > 0 ? ", " + more : ""));
        _plan = new WebSocketPlan(_policy, _http.Factory.Pools);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Url => $"ws://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/";

    /// <summary>The upper side of the next connection.</summary>
    public Task<EchoSink> SinkAsync() => _sinks.Reader.ReadAsync().AsTask().OrFail(static () => "No connection arrived.");

    /// <summary>A client by hand, upgraded.</summary>
    public async Task<(Stream Stream, EchoSink Sink)> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8.ToArray());
        var head = await ReadHeadAsync(stream);
        Assert.True(head!.TryReadStatus(out var status));
        Assert.Equal(101, status);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.Find("Sec-WebSocket-Accept"));
        return (stream, await SinkAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var sink in _all)
        {
            sink.Post(sink.Transport.AbortOnMailbox);
            await sink.EndAsync();
        }

        _dialer.Dispose();
        await _http.DisposeAsync();
    }

    private static async Task<HttpHead?> ReadHeadAsync(Stream stream)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (HttpHead.FindEnd(bytes.ToArray(), Math.Max(0, bytes.Count - 1)) < 0)
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            bytes.Add(one[0]);
        }

        HttpHead.Parse(bytes.ToArray(), out var head);
        return head;
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

            socket.NoDelay = true;
            var stream = _held?.Wrap(socket) ?? new NetworkStream(socket, ownsSocket: true);
            var facts = WebSocketRequestFacts.Of((await ReadHeadAsync(stream))!)!;
            Assert.True(WebSocketServerHandshake.IsUpgrade(facts));
            Assert.Null(WebSocketServerHandshake.Judge(facts));
            await stream.WriteAsync(WebSocketServerHandshake.WriteResponse(WebSocketServerHandshake.Accept(facts, WebSocketServerHandshake.ChooseSubprotocol(facts, ["one"]), null)));

            _handover.Offer(stream);
            var sink = new EchoSink(_policy);
            _all.Add(sink);
            sink.Start(new ServerConnection(_links, new TransportSetup(sink.Mailbox, sink, _policy, sink.Metadata, null, false), _plan));
            await sink.Connected;
            _sinks.Writer.TryWrite(sink);
        }
    }

    /// <summary>Dials to what was accepted.</summary>
    private sealed class Handover : SsSocketDialer
    {
        private readonly Channel<Stream> _offered = Channel.CreateUnbounded<Stream>();

        public void Offer(Stream stream) => _offered.Writer.TryWrite(stream);

        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => _offered.Reader.ReadAsync(cancellationToken);
    }
}
