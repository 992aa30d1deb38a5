using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Http;

/// <summary>The pools of a context. Streams whose key is equal share connections; nothing is shared across different trust.</summary>
internal sealed class HttpPools(HttpDial dial, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HttpPoolKey, HttpPool> _pools = [];
    private readonly Queue<HttpPoolKey> _order = new();
    private bool _disposed;

    /// <summary>The pool of <paramref name="key"/>, made at its first use.</summary>
    public HttpPool Get(HttpPoolKey key)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_pools.TryGetValue(key, out var pool))
                return pool;

            // Unix paths may come from metadata, so the number of keys has no natural bound. A forgotten pool is not disposed: exchanges may be under way
            // on it; its connections end by their idle time-out.
            if (_order.Count == HttpDefaults.MaxPools)
                _pools.Remove(_order.Dequeue());
            pool = new HttpPool(key, dial, time, logger);
            _pools.Add(key, pool);
            _order.Enqueue(key);
            return pool;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        foreach (var pool in _pools.Values)
            pool.Dispose();
    }
}
