using System.Net;
using System.Net.Security;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureStreams.Network;
using SecureStreams.Telemetry;

namespace SecureStreams.Transports.Http;

/// <summary>One handler with its connections. Everything above the connection (redirects, cookies, retries, decompression) is switched off: the transport does it, or nobody.</summary>
internal sealed class HttpPool : IDisposable
{
    private readonly HttpPoolKey _key;
    private readonly HttpDial _dial;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposing = new();
    private HttpMessageInvoker _invoker;
    private HttpMessageInvoker? _left;
    private int _dialing;
    private long _lastDialEnd;

    public HttpPool(HttpPoolKey key, HttpDial dial, TimeProvider time, ILogger logger)
    {
        _key = key;
        _dial = dial;
        _time = time;
        _logger = logger;
        _lastDialEnd = time.GetTimestamp();
        _invoker = MakeInvoker();
    }

    /// <summary>Sends requests over the pool.</summary>
    public HttpMessageInvoker Invoker => Volatile.Read(ref _invoker);

    /// <summary>Whether this pool's requests share connections, so that one may wait for a dial that another began.</summary>
    public bool SharesDials => _key.Http2;

    /// <summary>Whether a connection is being made.</summary>
    public bool IsDialing => Volatile.Read(ref _dialing) > 0;

    /// <summary>When the last dial ended.</summary>
    public long LastDialEnd => Volatile.Read(ref _lastDialEnd);

    /// <summary>
    /// Keeps new requests off the connections that <paramref name="invoker"/> shares, because one of them brought no answer in time. Unlike a connection of
    /// HTTP/1.1 it does not go with its request: every attempt that follows would be sent to a peer that may have been gone for long.
    /// </summary>
    public void Leave(HttpMessageInvoker invoker)
    {
        if (!SharesDials || invoker != Invoker || _disposing.IsCancellationRequested)
            return;
        var next = MakeInvoker();
        if (Interlocked.CompareExchange(ref _invoker, next, invoker) != invoker)
        {
            next.Dispose();
            return;
        }

        // Not disposed before the pool is: exchanges may be under way on it. One that is forgotten ends by its idle time-out.
        Interlocked.Exchange(ref _left, invoker);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The handler would let a dial that nobody waits for go on for seconds, on the real clock.
        _disposing.Cancel();
        Invoker.Dispose();
        Volatile.Read(ref _left)?.Dispose();
    }

    private HttpMessageInvoker MakeInvoker() =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan, // The dialer bounds it, on the injected clock.
            ConnectCallback = ConnectAsync,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = HttpDefaults.PooledConnectionIdle,
            PooledConnectionLifetime = HttpDefaults.PooledConnectionLifetime,
            MaxResponseDrainSize = 0, // An abandoned exchange costs its connection; what is worth draining the transport drains.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8, // Metadata is UTF-8 text.
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        });

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var initiator = context.InitialRequestMessage as HttpExchangeRequest;
        Interlocked.Increment(ref _dialing);
        initiator?.DialBegan();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        try
        {
            var host = context.DnsEndPoint.Host;
            var secure = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps;
            var target = new DialTarget
            {
                Host = host,
                Port = context.DnsEndPoint.Port,
                UnixPath = _key.UnixPath,
                Tls = secure ? new TlsTarget(host, _key.TrustStore, _key.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11) : null,
            };
            var connection = await _dial(target, either.Token).ConfigureAwait(false);
            HttpLog.Dialed(_logger, connection.RemoteAddress, connection.Timings.Names, connection.Timings.Connect, connection.Timings.Tls);

            DialSpans.Dialed(initiator?.Activity, target, connection, _time);

            // The SslStream itself: wrapped in anything else the handler would do TLS again on top of it.
            return connection.Stream;
        }
        finally
        {
            Volatile.Write(ref _lastDialEnd, _time.GetTimestamp());
            Interlocked.Decrement(ref _dialing);
            initiator?.DialEnded();
        }
    }
}
