using Microsoft.Extensions.Logging;
using SecureStreams.Network;
using SecureStreams.Network.Identities;

namespace SecureStreams.Transports.Http;

/// <summary>The pools of a context. Streams whose key is equal share connections; nothing is shared across different trust.</summary>
internal sealed class HttpPools(HttpDial dial, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HttpPoolKey, HttpPool> _pools = [];
    private readonly HashSet<HttpLane> _lanes = [];
    private bool _disposed;

    /// <summary>HTTP/1.1 lanes without a connection.</summary>
    public HttpSpares Spares { get; } = new();

    /// <summary>What this side shows of itself; null where nothing dials.</summary>
    public ClientIdentities? Identities { get; init; }

    /// <summary>Injects faults, in tests; null for none.</summary>
    public SsFaultInjector? Faults { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The pool of <paramref name="key"/>, made at its first use.</summary>
    public HttpPool Get(HttpPoolKey key)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_pools.TryGetValue(key, out var pool))
                return pool;

            // Endpoints may come from metadata, so the number of keys has no natural bound. One without connections holds nothing that would be missed.
            if (_pools.Count >= HttpDefaults.MaxPools)
            {
                foreach (var (unused, _) in _pools.Where(static one => one.Value.IsEmpty).ToList())
                    _pools.Remove(unused);
            }

            pool = new HttpPool(key, this);
            _pools.Add(key, pool);
            return pool;
        }
    }

    /// <summary>Keeps new requests off every connection there is; those on them go on, and idle ones are closed.</summary>
    public void Renew()
    {
        List<HttpPool> pools;
        lock (_lock)
            pools = [.. _pools.Values];
        foreach (var pool in pools)
            pool.Renew();
    }

    /// <summary>A new lane of <paramref name="pool"/>, which ends with this object if not before.</summary>
    public HttpLane MakeLane(HttpPool pool, string? hostHeader)
    {
        var lane = new HttpLane(pool, hostHeader);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _lanes.Add(lane);
        }

        return lane;
    }

    /// <summary>A lane has ended.</summary>
    public void Forget(HttpLane lane)
    {
        lock (_lock)
            _lanes.Remove(lane);
    }

    /// <summary>Opens a connection.</summary>
    public async Task<DialedConnection> DialAsync(DialTarget target, DialProgress progress, CancellationToken cancellationToken)
    {
        var connection = await dial(target, progress, cancellationToken).ConfigureAwait(false);
        HttpLog.Dialed(logger, connection.RemoteAddress, connection.Timings.Names, connection.Timings.Connect, connection.Timings.Tls);
        return connection;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        List<HttpLane> lanes;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            lanes = [.. _lanes];
        }

        foreach (var lane in lanes)
            lane.Dispose();
    }
}
