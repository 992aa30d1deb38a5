using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Text;
using SecureStreams.Network;
using SecureStreams.Telemetry;

namespace SecureStreams.Transports.Http;

/// <summary>
/// One connection and the platform's handler that speaks HTTP on it. Everything above the connection (redirects, cookies, retries, decompression) is switched off: the
/// transport does it, or nobody.
/// </summary>
/// <remarks>
/// HTTP/1.1: one exchange at a time; the handler may replace a connection that ended while it was idle. HTTP/2: one connection for good. A second one, which the
/// handler wants when the first takes no more requests, is refused (<see cref="IsUsedUp"/>): the transport then turns to another lane.
/// </remarks>
internal sealed class HttpLane : IDisposable
{
    /// <summary>Where a request carries the activity of its attempt, if somebody traces it: the one that begins a dial is told of it.</summary>
    public static readonly HttpRequestOptionsKey<Activity> Attempt = new("SecureStreams.Attempt");

    private readonly HttpPool _pool;
    private readonly CancellationTokenSource _disposing = new();
    private volatile CountingStream? _wire;
    private volatile DialProgress? _dial;
    private volatile bool _abandoned;
    private volatile DialedConnection? _connection;
    private DialedConnection? _unreported;
    private Task<DialedConnection>? _sharedDial;
    private long _readySince;
    private long _askedSince;
    private int _handedOut;
    private int _disposed;

    public HttpLane(HttpPool pool, string? hostHeader)
    {
        _pool = pool;
        HostHeader = hostHeader;
        Limit = pool.Key.Http2 ? HttpDefaults.MaxSharedRequests : 1;
        Invoker = MakeInvoker(pool.Key);
    }

    /// <summary>Sends requests over the lane.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>The Host header of its requests, if it is overridden over TLS.</summary>
    public string? HostHeader { get; }

    /// <summary>Whether it is TLS.</summary>
    public bool IsSecure => _pool.Key.Secure;

    /// <summary>Exchanges that have the lane. Belongs to the pool's lock.</summary>
    public int InFlight { get; set; }

    /// <summary>Exchanges it takes at a time. Belongs to the pool's lock.</summary>
    public int Limit { get; set; }

    /// <summary>The connection, once it is made; closed ones count.</summary>
    public CountingStream? Wire => _wire;

    /// <summary>How its connection came to be; null before the first.</summary>
    public SsConnection? Summary => _connection?.Summary;

    /// <summary>How far the dial under way has come, or the last one; null before the first.</summary>
    public DialProgress? Dial => _dial;

    /// <summary>Whether there is an open connection and none is being made.</summary>
    public bool IsReady => _dial is { Phase: SsPhase.Protocol } && _wire is { IsClosed: false };

    /// <summary>Whether its connection is closed, none is being made, and its peer is not taken for dead.</summary>
    public bool IsSpent => !_abandoned && _dial is { Phase: SsPhase.Protocol } && _wire is { IsClosed: true };

    /// <summary>Whether the peer ended the connection without a single byte.</summary>
    public bool HasEndedMute => _wire is { PeerEnded: true, FirstByte: < 0 };

    /// <summary>
    /// Whether the peer of a shared connection has not said a byte for as long as an answer may take, although it was asked: by one request, or by several of which none was
    /// waited for that long.
    /// </summary>
    public bool IsUnresponsive
    {
        get
        {
            var asked = Volatile.Read(ref _askedSince);
            return _pool.Key.Http2 && IsReady && _wire!.LastHeard < asked &&
                _pool.Pools.Time.GetElapsedTime(Math.Max(asked, ReadySince)) >= HttpDefaults.ResponseTimeout;
        }
    }

    /// <summary>When the connection was made: a timestamp of the clock.</summary>
    public long ReadySince => Volatile.Read(ref _readySince);

    /// <summary>Whether an HTTP/1.1 connection was made beside an open one: it could not be told which carries a request.</summary>
    public bool IsMixed { get; private set; }

    /// <summary>What is to be said of the connection, where its streamtypes ask.</summary>
    public ConnectionFacts? Facts { get; private set; }

    /// <summary>TLS on the connection made last; null for plaintext.</summary>
    public TlsStream? Tls { get; private set; }

    /// <summary>Whether <paramref name="error"/> says that the lane's connection takes no further request, so that this one was not sent.</summary>
    public static bool IsUsedUp(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is HttpLaneUsedUpException)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Whether <paramref name="error"/> leaves a request to be sent once more, on another connection: it was not sent, or it only asks (RFC 9110 section 9.2.1), has no body, and the peer
    /// ended the connection in order before it answered (GOAWAY without an error, RFC 9113 section 6.8).
    /// </summary>
    public bool MaySendAgain(HttpRequestMessage request, Exception error)
    {
        if (IsUsedUp(error))
            return true;
        if (request.Content is not null || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head) || _wire is not { PeerEnded: true })
            return false;
        for (Exception? at = error; at is not null; at = at.InnerException)
        {
            if (at is HttpProtocolException { ErrorCode: 0 })
                return true;
        }

        return false;
    }

    /// <summary>Whether it belongs to <paramref name="pool"/>.</summary>
    public bool IsOf(HttpPool pool) => ReferenceEquals(_pool, pool);

    /// <summary>The lane is as new: nothing is known of a connection any more. While nobody has it, and <see cref="IsSpent"/>.</summary>
    public void ForgetConnection()
    {
        _wire = null;
        _dial = null;
        _connection = null;
        Volatile.Write(ref _unreported, null);
        Facts = null;
        Tls = null;
    }

    /// <summary>A request is about to be sent. Under the pool's lock.</summary>
    /// <param name="now">The clock.</param>
    public void Ask(long now)
    {
        // Of those that nothing was heard after, the first counts.
        if (_wire is not { } wire || wire.LastHeard >= _askedSince)
            Volatile.Write(ref _askedSince, now);
    }

    /// <summary>The connection, to the first who asks for its timings; null to all others.</summary>
    public DialedConnection? TakeReport() => Interlocked.Exchange(ref _unreported, null);

    /// <summary>Gives the lane back to its pool, see <see cref="HttpPool.Return"/>.</summary>
    public void Return(bool sound) => _pool.Return(this, sound);

    /// <summary>Keeps new requests off it, see <see cref="HttpPool.Leave"/>.</summary>
    public void Leave() => _pool.Leave(this);

    /// <summary>Its peer is taken for dead: no new requests, and when the last of those under way has given up, nothing more is said to it.</summary>
    public void Abandon()
    {
        _abandoned = true;
        Leave();
    }

    /// <summary>The application lost the answer without ending it. A connection that carried nothing else is of no use to anybody.</summary>
    public void Forsake()
    {
        _abandoned |= !_pool.Key.Http2;
        Return(sound: false);
    }

    /// <summary>It was too full for one of its requests, or is ending.</summary>
    /// <returns>Whether it takes no requests at all any more.</returns>
    public bool RefuseRequest() => _pool.Limit(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        // The handler would let a dial that nobody waits for go on for seconds, on the real clock.
        _disposing.Cancel();
        if (_abandoned)
            _wire?.Dispose();
        Invoker.Dispose();
        if (_sharedDial is { } dial && Interlocked.Exchange(ref _handedOut, 1) == 0)
            _ = CloseAsync(dial);
        _pool.Pools.Forget(this);
    }

    private HttpMessageInvoker MakeInvoker(HttpPoolKey key)
    {
        var handler = MakeHandler(key);
        return new HttpMessageInvoker(key.Way.Fault is { } mark && _pool.Pools.Faults is { } faults ? new HttpFaults(faults, mark.StreamType, handler) : handler);
    }

    private SocketsHttpHandler MakeHandler(HttpPoolKey key) =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan, // The exchange bounds it, on the injected clock.
            ConnectCallback = ConnectAsync,
            EnableMultipleHttp2Connections = true, // Asked for by a request too many, and refused: so it is known.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = key.PingAfter ?? Timeout.InfiniteTimeSpan,
            KeepAlivePingTimeout = HttpDefaults.PingTimeout,
            MaxResponseHeadersLength = key.MaxHeaderKilobytes,
            Expect100ContinueTimeout = HttpDefaults.ContinueTimeout,
            PooledConnectionIdleTimeout = HttpDefaults.PooledConnectionIdle,
            PooledConnectionLifetime = HttpDefaults.PooledConnectionLifetime,
            MaxResponseDrainSize = 0, // An abandoned exchange costs its connection; what is worth draining the transport drains.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8, // Metadata is UTF-8 text.
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (!_pool.Key.Http2)
        {
            IsMixed |= _wire is { IsClosed: false };
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
            return Adopt(await DialAsync(context, either.Token).ConfigureAwait(false));
        }

        // The platform gives a dial up with the request that began it, and begins another for those that wait: they all wait for the same one here.
        if (Volatile.Read(ref _handedOut) != 0)
            throw new HttpLaneUsedUpException();
        var dial = _sharedDial ??= DialAsync(context, _disposing.Token); // One at a time: the platform makes no two connections at once.
        var connection = await dial.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _handedOut, 1) != 0)
            throw new HttpLaneUsedUpException();
        return Adopt(connection);
    }

    private async Task<DialedConnection> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // Over TLS the name is that of the endpoint, whatever the Host header says.
        var key = _pool.Key;
        var host = context.DnsEndPoint.Host;
        var target = new DialTarget
        {
            Host = host,
            Port = context.DnsEndPoint.Port,
            UnixPath = key.UnixPath,
            Options = key.Way,
            WantsFacts = key.WantsFacts,
            Tls = key.Secure ? new TlsTarget(host, key.Tls, key.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11) : null,
        };
        var progress = new DialProgress(target);
        _dial = progress;
        try
        {
            var connection = await _pool.Pools.DialAsync(target, progress, cancellationToken).ConfigureAwait(false);
            if (context.InitialRequestMessage.Options.TryGetValue(Attempt, out var attempt))
                DialSpans.Dialed(attempt, target, connection, _pool.Pools.Time);
            return connection;
        }
        catch
        {
            // Who comes later tries anew, whoever is still about to be told of this failure.
            Leave();
            throw;
        }
    }

    /// <summary>A connection that came when nobody waited for it any more.</summary>
    private static async Task CloseAsync(Task<DialedConnection> dial)
    {
        try
        {
            var connection = await dial.ConfigureAwait(false);
            await connection.Stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // None came.
        }
    }

    private Stream Adopt(DialedConnection connection)
    {
        _wire = connection.Wire;
        _connection = connection;
        Volatile.Write(ref _unreported, connection);
        Volatile.Write(ref _readySince, _pool.Pools.Time.GetTimestamp());
        _dial!.Phase = SsPhase.Protocol;
        Facts = connection.Facts;
        Tls = connection.Stream as TlsStream;

        // The blobs were changed by somebody of whose changes the store does not tell. This exchange gets what they hold now, as every handshake does; no other one meets it here.
        if (!string.Equals(connection.IdentityStamp, _pool.Key.IdentityStamp, StringComparison.Ordinal))
        {
            IsMixed = true;
            _pool.Leave(this);
        }

        connection.Wire.OnClosed(WireClosed);

        // The SslStream itself: wrapped in anything else the handler would do TLS again on top of it.
        return connection.Stream;
    }

    private void WireClosed()
    {
        // Told late by a connection that another has followed, it says nothing of that one.
        if (_wire is { IsClosed: true })
            _pool.Leave(this);
    }
}
