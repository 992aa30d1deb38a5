using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Network.Identities;
using SecureStreams.Policy;
using SecureStreams.Transports.Http.Cookies;

namespace SecureStreams.Transports.Http;

/// <summary>Makes the transports of h1 and h2, and owns the connections they share.</summary>
internal sealed class HttpTransportFactory : ITransportFactory
{
    private readonly ConditionalWeakTable<StreamTypePolicy, HttpPlan> _plans = [];
    private readonly ConcurrentQueue<HttpWatch> _watches = new();
    private HttpWatch? _handyWatch; // The one returned last: a stream whose transactions follow one another needs no more.
    private readonly ConditionalWeakTable<StreamTypePolicy, HttpPlan>.CreateValueCallback _makePlan;
    private readonly Lazy<CookieStore> _cookies;
    private bool _disposed;

    public HttpTransportFactory(SsPlatform platform, Dialer dialer, ILoggerFactory loggerFactory)
        : this(platform, (target, progress, cancellationToken) => dialer.DialAsync(target, progress, cancellationToken), loggerFactory, dialer.Identities, dialer.Faults)
    {
    }

    /// <summary>With another way to reach peers: tests play the network here.</summary>
    public HttpTransportFactory(SsPlatform platform, HttpDial dial, ILoggerFactory loggerFactory, ClientIdentities? identities = null, SsFaultInjector? faults = null)
    {
        HttpWindow.Apply();
        Time = platform.Time;
        Logger = new GuardedLogger(loggerFactory.CreateLogger("SecureStreams.Transports.Http"));
        var pools = Pools = new HttpPools(dial, Time, Logger) { Identities = identities, Faults = faults };
        _makePlan = MakePlan;
        _cookies = new Lazy<CookieStore>(() => new CookieStore(StateFolder, Time, Logger));

        HttpPlan MakePlan(StreamTypePolicy policy)
        {
            var (protocol, unavailable) = HttpProtocolChoice.Of(policy);
            string? note = null;
            if (protocol != policy.Protocol)
            {
                var (wanted, spoken) = (ProtocolNames.NameOf(policy.Protocol), ProtocolNames.NameOf(protocol));
                HttpLog.ProtocolFellBack(Logger, policy.Name, wanted, spoken);
                note = $"{spoken} is spoken in place of {wanted}, by protocol_fallback";
            }

            return new HttpPlan(policy, pools, protocol == WireProtocol.H2) { Unavailable = unavailable, FallbackNote = note };
        }
    }

    /// <inheritdoc/>
    public void RenewConnections() => Pools.Renew();

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public HttpPools Pools { get; }

    /// <summary>What headers of blobs are filled from; an empty store where none is given.</summary>
    public ISsBlobStore Blobs { get; init; } = new SsMemoryBlobStore();

    /// <summary>Where cookies are kept beyond the process; null for nowhere.</summary>
    public string? StateFolder { get; init; }

    /// <summary>The cookies of the context, read from <see cref="StateFolder"/> when they are first asked for.</summary>
    public CookieStore Cookies => _cookies.Value;

    /// <summary>The policy in force for a streamtype: <c>rideshare</c> names others. Null finds none.</summary>
    public Func<string, StreamTypePolicy?>? FindPolicy { get; init; }

    /// <inheritdoc/>
    public StreamTransport Create(TransportSetup setup)
    {
        var plan = PlanOf(setup.Policy);
        return plan.Unavailable is { } failure ? new FailingTransport(setup, failure) : new HttpTransport(this, plan, setup);
    }

    /// <summary>What is worked out once for a policy.</summary>
    public HttpPlan PlanOf(StreamTypePolicy policy) => _plans.GetValue(policy, _makePlan);

    /// <summary>A watch for one exchange.</summary>
    public HttpWatch RentWatch(HttpTransport owner)
    {
        var watch = Interlocked.Exchange(ref _handyWatch, null);
        if (watch is null && !_watches.TryDequeue(out watch))
            watch = new HttpWatch(Time);
        watch.Own(owner);
        return watch;
    }

    /// <summary>Takes a watch back.</summary>
    /// <param name="watch">The watch.</param>
    /// <param name="reusable">Whether nothing can hold on to its token any more.</param>
    public void ReturnWatch(HttpWatch watch, bool reusable)
    {
        if (!reusable || !watch.TryReset())
        {
            watch.Dispose();
            return;
        }

        var spare = Interlocked.Exchange(ref _handyWatch, watch);
        if (spare is not null)
        {
            if (_watches.Count < HttpDefaults.MaxIdleWatches)
                _watches.Enqueue(spare);
            else
                spare.Dispose();
        }

        if (Volatile.Read(ref _disposed))
            DisposeWatches();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _disposed, true);
        Pools.Dispose();
        DisposeWatches();
        if (_cookies.IsValueCreated)
            await _cookies.Value.DisposeAsync().ConfigureAwait(false);
    }

    private void DisposeWatches()
    {
        Interlocked.Exchange(ref _handyWatch, null)?.Dispose();
        while (_watches.TryDequeue(out var watch))
            watch.Dispose();
    }
}
