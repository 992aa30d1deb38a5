using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Http;

/// <summary>A server of HTTP: every request is a stream. Kestrel speaks HTTP on connections that are accepted, counted and secured here.</summary>
internal sealed partial class HttpListener : ServerListener
{
    private const int Unavailable = 503;
    private const int NotFound = 404;

    private readonly HttpEndPoints _endPoints = new();
    private readonly KestrelServer _server;
    private readonly SocketConnectionContextFactory _sockets;
    private readonly CancellationTokenSource _atOnce = new();
    private readonly CancellationTokenSource _arrivalsOver = new();
    private readonly bool _takesHttp2;
    private readonly Dialer _dialer;
    private readonly LinkContext _links;
    private Task? _stopping;

    private HttpListener(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
        : base(context, policy, accept)
    {
        _takesHttp2 = policy.Protocol is WireProtocol.H2 or WireProtocol.WebSocket;
        _dialer = new Dialer(Platform, blobs: context.Blobs); // Never dials: connections share its clock and plans.
        _links = new LinkContext(Platform, _dialer);
        _server = new KestrelServer(Options.Create(OptionsOf(policy)), _endPoints, NullLoggerFactory.Instance);
        _sockets = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions
        {
            MaxReadBufferSize = policy.ReceiveWatermarkHigh, MaxWriteBufferSize = policy.TransmitWatermarkHigh, WaitForDataBeforeAllocatingBuffer = true,
        }, NullLogger.Instance);
    }

    /// <summary>Binds and begins to accept.</summary>
    public static HttpListener Start(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        var listener = new HttpListener(context, policy, accept);

        // Nothing of it waits: what it binds is already there.
        listener._server.StartAsync(new HttpApplication(listener), CancellationToken.None).GetAwaiter().GetResult();
        listener.Begin();
        return listener;
    }

    /// <summary>Serves one request: completes when nothing of it is used any more.</summary>
    public async Task ServeAsync(HttpExchange exchange)
    {
        exchange.Connection?.NoteRequest();
        var policy = Policy.Now();
        if (HttpService.Of(policy).Judge(exchange, out var upgrade) is { } refusal)
        {
            Tell(policy, exchange.Connection?.Peer ?? "", refusal.Failure);
            await refusal.AnswerAsync(exchange).ConfigureAwait(false);
            return;
        }

        StreamTransport? transport = null;
        var outcome = Accepted.Accept(policy, Accept, setup => transport = HttpService.Begin(_links, setup, exchange, upgrade));
        if (transport is not null)
            await transport.Completion.ConfigureAwait(false);
        else
            exchange.Response.StatusCode = outcome == AcceptOutcome.Ended ? Unavailable : NotFound;
    }

    /// <inheritdoc/>
    protected override void Arrived(AcceptedSocket accepted)
    {
        ConnectionArriving();
        _ = ServeConnectionAsync(accepted);
    }

    /// <inheritdoc/>
    protected override async Task StoppedAsync(bool draining)
    {
        ConnectionArrived();
        if (draining)
        {
            try
            {
                // Those that have said something are served; one that is silent has asked for nothing, and holds up nobody.
                await _allArrived.Task.WaitAsync(ListenDefaults.ArrivalGrace, Platform.Time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Below.
            }
        }

        await _arrivalsOver.CancelAsync().ConfigureAwait(false);
        await _allArrived.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>Connections that idle are closed, those of HTTP/2 told to go away, and requests under way are served.</remarks>
    protected override Task SettledAsync() => _stopping ??= _server.StopAsync(_atOnce.Token);

    /// <inheritdoc/>
    protected override async Task FreedAsync()
    {
        await _atOnce.CancelAsync().ConfigureAwait(false);
        await SettledAsync().ConfigureAwait(false);
        _server.Dispose();
        _sockets.Dispose();
        _dialer.Dispose();
        _atOnce.Dispose();
        _arrivalsOver.Dispose();
    }

    private KestrelServerOptions OptionsOf(StreamTypePolicy policy)
    {
        var plan = HttpServerPlan.Of(policy);
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.RequestHeaderEncodingSelector = static _ => Encoding.UTF8;
        options.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;
        options.Limits.MaxRequestHeadersTotalSize = plan.MaxHeaderBytes;
        options.Limits.MaxRequestLineSize = Math.Min(options.Limits.MaxRequestLineSize, plan.MaxHeaderBytes);
        options.Limits.MaxRequestBufferSize = Math.Max(policy.ReceiveWatermarkHigh, plan.MaxHeaderBytes);
        options.Limits.MaxResponseBufferSize = policy.TransmitWatermarkHigh;
        options.Limits.MaxRequestBodySize = plan.MaxBodyBytes;
        options.Limits.Http2.InitialStreamWindowSize = Math.Max(policy.ReceiveWatermarkHigh, options.Limits.Http2.InitialStreamWindowSize);
        options.Limits.Http2.InitialConnectionWindowSize = Math.Max(4 * options.Limits.Http2.InitialStreamWindowSize, options.Limits.Http2.InitialConnectionWindowSize);
        options.Limits.RequestHeadersTimeout = plan.HeaderTimeout;

        // A client of ws may take nothing for hours; on HTTP/2 that is not to be said of one stream alone.
        if (!HttpService.Of(policy).TakesRequests)
            options.Limits.MinResponseDataRate = null;
        options.Listen(HttpEndPoints.Http1, static one => Speak(one, HttpProtocols.Http1));
        if (_takesHttp2)
            options.Listen(HttpEndPoints.Http2, static one => Speak(one, HttpProtocols.Http2));
        return options;

        static void Speak(ListenOptions one, HttpProtocols protocol)
        {
            one.Protocols = protocol;
            one.Use(static next => async connection =>
            {
                try
                {
                    await next(connection).ConfigureAwait(false);
                }
                finally
                {
                    await EndTlsAsync(connection).ConfigureAwait(false);
                }
            });
        }
    }
}
