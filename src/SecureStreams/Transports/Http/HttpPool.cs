namespace SecureStreams.Transports.Http;

/// <summary>The connections to one origin that may be shared, each in a lane of its own, so that it is known at any time on which connection an exchange runs.</summary>
/// <remarks>HTTP/1.1: lanes that are free now, the one used last first. HTTP/2: lanes that take requests, in the order of making.</remarks>
internal sealed class HttpPool(HttpPoolKey key, HttpPools pools)
{
    private readonly Lock _lock = new();
    private readonly List<HttpLane> _lanes = [];

    public HttpPoolKey Key => key;

    public HttpPools Pools => pools;

    /// <summary>Whether no lane waits here for requests.</summary>
    /// <remarks>Without the lock, which is taken before that of all pools and never after it.</remarks>
    public bool IsEmpty => _lanes.Count == 0;

    /// <summary>A lane for one exchange, until <see cref="Return"/>.</summary>
    /// <param name="hostHeader">The Host header, if it is overridden: over TLS the platform keeps connections for it apart.</param>
    /// <param name="now">The clock.</param>
    public HttpLane Rent(string? hostHeader, long now)
    {
        lock (_lock)
        {
            for (var i = _lanes.Count - 1; i >= 0; i--)
            {
                var known = _lanes[i];
                if (known.InFlight >= known.Limit || !string.Equals(known.HostHeader, hostHeader, StringComparison.Ordinal))
                    continue;
                if (key.Http2)
                    known.Ask(now);
                else
                    _lanes.RemoveAt(i);
                known.InFlight++;
                return known;
            }

            var lane = (key.Http2 ? null : pools.Spares.Take(this, hostHeader)) ?? pools.MakeLane(this, hostHeader);
            lane.InFlight = 1;
            if (key.Http2)
            {
                lane.Ask(now);
                _lanes.Add(lane);
            }

            return lane;
        }
    }

    /// <summary>Takes a lane back.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="sound">Whether the exchange ended in full, so that an HTTP/1.1 connection can carry another.</param>
    public void Return(HttpLane lane, bool sound)
    {
        // Whoever gave up earlier than an answer was due cannot tell; all of them together can, or each that follows would be sent to a peer that is gone.
        if (!sound && lane.IsUnresponsive)
            lane.Abandon();
        var unused = lane;
        lock (_lock)
        {
            lane.InFlight--;
            if (key.Http2)
            {
                if (lane.InFlight > 0 || (_lanes.Contains(lane) && lane.IsReady))
                    return;
                _lanes.Remove(lane);
            }
            else if (sound && !lane.IsMixed)
            {
                if (lane.IsReady)
                {
                    _lanes.Add(lane);
                    return;
                }

                if (lane.IsSpent)
                    unused = pools.Spares.Put(lane);
            }
        }

        unused?.Dispose();
    }

    /// <summary>
    /// The connection takes no more requests than are on it now. The one that was refused counts as well, until it is returned.
    /// </summary>
    /// <returns>Whether that is none.</returns>
    public bool Limit(HttpLane lane)
    {
        lock (_lock)
        {
            lane.Limit = lane.IsReady ? Math.Min(lane.Limit, lane.InFlight - 1) : 0;
            if (lane.Limit > 0)
                return false;
            _lanes.Remove(lane);
            return true;
        }
    }

    /// <summary>Keeps new requests off every lane there is now. One of HTTP/1.1 whose exchange is under way comes back once it has shown that it works.</summary>
    public void Renew()
    {
        HttpLane[] lanes;
        lock (_lock)
            lanes = [.. _lanes];
        foreach (var lane in lanes)
            Leave(lane);
    }

    /// <summary>Keeps new requests off a lane whose connection brings no answer, or is gone; those on it go on.</summary>
    public void Leave(HttpLane lane)
    {
        lock (_lock)
        {
            if (!_lanes.Remove(lane) || lane.InFlight > 0)
                return;
        }

        // Closing is told from inside the platform's own bookkeeping, where its handler is better not disposed.
        ThreadPool.UnsafeQueueUserWorkItem(static lane => lane.Dispose(), lane, preferLocal: false);
    }
}
