using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SecureStreams.Codecs.Http;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Raw;
using SecureStreams.Server.Routing;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Http;

/// <summary>A server of HTTP: every request is a stream. Kestrel speaks HTTP on connections that are accepted, counted and secured here.</summary>
internal sealed partial class HttpListener : ServerListener
{
    private const int Unavailable = 503;
    private const int NotFound = 404;
    private const int Misdirected = 421;

    private readonly HttpEndPoints _endPoints = new();
    private readonly KestrelServer _server;
    private readonly HttpConnections _connections = new();
    private readonly SocketConnectionContextFactory _sockets;
    private readonly CancellationTokenSource _atOnce = new();
    private readonly Arrivals _arrivals;
    private readonly bool _takesHttp2;
    private readonly Dialer _dialer;
    private readonly LinkContext _links;
    private readonly RawIntake _raw;

    private HttpListener(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
        : base(context, policy, accept)
    {
        _takesHttp2 = policy.Protocol is WireProtocol.H2 or WireProtocol.WebSocket;
        _arrivals = new Arrivals(Platform.Time);
        _dialer = new Dialer(Platform, blobs: context.Blobs); // Never dials: connections share its clock and plans.
        _links = new LinkContext(Platform, _dialer);
        _raw = new RawIntake(_links, Platform.Scheduler, _arrivals);
        _server = new KestrelServer(Options.Create(OptionsOf(policy)), _endPoints, new HttpGrievances(TellGrievance));
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

    /// <summary>Serves one request: finds the streamtype that it is for. Completes when nothing of it is used any more.</summary>
    public async Task ServeAsync(HttpExchange exchange)
    {
        exchange.Connection?.NoteRequest();
        try
        {
            await ServeOneAsync(exchange).ConfigureAwait(false);
        }
        finally
        {
            exchange.Connection?.NoteServed(Platform.Time);
        }
    }

    private async Task ServeOneAsync(HttpExchange exchange)
    {
        if (Find(exchange) is not { } route)
        {
            exchange.Response.StatusCode = NotFound;
            return;
        }

        if (IsMisdirected(exchange))
        {
            exchange.Response.StatusCode = Misdirected;
            return;
        }

        if (HttpService.Of(route.Policy).Judge(exchange, out var upgrade) is { } refusal)
        {
            TellUnaccepted(route.Policy, exchange.Connection?.Peer ?? "", refusal.Failure);
            await refusal.AnswerAsync(exchange).ConfigureAwait(false);
            return;
        }

        StreamTransport? transport = null;
        var outcome = route.Accept(setup => transport = HttpService.Begin(_links, setup, exchange, upgrade));
        if (transport is not null)
            await transport.Completion.ConfigureAwait(false);
        else
            exchange.Response.StatusCode = outcome == AcceptOutcome.Refused ? NotFound : Unavailable;
    }

    /// <summary>The web server gives a client up. Streams that it has find the reason at the connection. Of a head there is none yet, and what ends a connection of many is told once for all.</summary>
    private void TellGrievance(string connection, string what, Exception? error)
    {
        if (_connections.Find(connection) is not { } feature || HttpGrievance.Of(what, error) is not { } failure || !feature.Note(failure))
            return;
        if (!feature.IsServing || what is HttpGrievances.ConnectionError or HttpGrievances.TooManyResets or HttpGrievances.TooMuchToSend)
            TellGivenUp(Policy.Now(), feature.Peer, failure);
    }

    /// <summary>
    /// The streamtype that a request is for. An upgrade that none takes is a request like others; of what none takes at all, the one that would take something else at its place says why not.
    /// </summary>
    private ServerRoute? Find(HttpExchange exchange)
    {
        var (authority, path) = (exchange.Authority, exchange.Request.Path);
        if (Routes.TakeUpgrades && exchange.WebSocket() is { } asked && Routes.FindUpgrade(authority, path, [.. HttpTokens.Split(asked.Subprotocols)]) is { } upgraded)
            return upgraded;
        return Routes.FindRequest(authority, path);
    }

    /// <summary>
    /// Whether the host that is asked for requires clients to show who they are, and the handshake of this connection was another host's: whoever came in there, by the name in the
    /// handshake or in the clear, must not reach this one by the name in a request. A client that means well connects anew (RFC 9110 section 15.5.20).
    /// </summary>
    private bool IsMisdirected(HttpExchange exchange) =>
        Tls is not null && exchange.Connection is { } connection && Tls.Of(HostPattern.HostOf(exchange.Authority)) is var wanted
        && wanted != connection.Secured?.Tls && wanted.Clients.Requires;

    /// <inheritdoc/>
    protected override void Arrived(AcceptedSocket accepted)
    {
        var policy = Policy.Now();
        var plan = ListenPlan.Of(policy);
        _arrivals.Begin();
        _ = plan.Sniffs && Routes.TakeConnections ? ServeEitherAsync(accepted, policy, plan) : ServeConnectionAsync(accepted, policy, plan);
    }

    /// <inheritdoc/>
    protected override Task StoppedAsync(bool draining) => _arrivals.StopAsync(draining);

    /// <inheritdoc/>
    /// <remarks>Connections that idle are closed, those of HTTP/2 told to go away, and requests under way are served.</remarks>
    protected override Task SettledAsync() => _connections.CloseAsync();

    /// <inheritdoc/>
    protected override async Task FreedAsync()
    {
        await _atOnce.CancelAsync().ConfigureAwait(false);
        await _server.StopAsync(_atOnce.Token).ConfigureAwait(false);
        _server.Dispose();
        _sockets.Dispose();
        _dialer.Dispose();
        _atOnce.Dispose();
        _arrivals.Dispose();
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
        options.Limits.KeepAliveTimeout = plan.IdleTimeout;
        options.Limits.MinRequestBodyDataRate = plan.MinReceiveRate;

        // A client of ws may take nothing for hours; on HTTP/2 that is not to be said of one stream alone.
        options.Limits.MinResponseDataRate = HttpService.Of(policy).TakesRequests ? plan.MinSendRate : null;
        options.Listen(HttpEndPoints.Http1, one => Speak(one, HttpProtocols.Http1));
        if (_takesHttp2)
            options.Listen(HttpEndPoints.Http2, one => Speak(one, HttpProtocols.Http2));
        return options;

        void Speak(ListenOptions one, HttpProtocols protocol)
        {
            one.Protocols = protocol;
            one.Use(next => async connection =>
            {
                _connections.Enter(connection);
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
