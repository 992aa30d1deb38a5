namespace SecureStreams.Transports.Http;

/// <summary>
/// HTTP/1.1 lanes whose connection the peer ended with the answer, kept for the next connection of their pool: with peers that end every one, a handler of the platform's for each
/// costs a quarter of a plaintext transaction.
/// </summary>
/// <remarks>Endpoints may come from metadata, so pools have no natural bound; these have: the one put away first makes room. The last of them end with their pools.</remarks>
internal sealed class HttpSpares
{
    private readonly Lock _lock = new();
    private readonly List<HttpLane> _lanes = new(HttpDefaults.MaxSpareLanes);

    /// <summary>A lane of <paramref name="pool"/>, as new; null when there is none.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="hostHeader">The Host header, if it is overridden over TLS.</param>
    public HttpLane? Take(HttpPool pool, string? hostHeader)
    {
        lock (_lock)
        {
            for (var i = _lanes.Count - 1; i >= 0; i--)
            {
                var lane = _lanes[i];
                if (!lane.IsOf(pool) || !string.Equals(lane.HostHeader, hostHeader, StringComparison.Ordinal))
                    continue;
                _lanes.RemoveAt(i);
                return lane;
            }
        }

        return null;
    }

    /// <summary>Puts a lane away that nobody has; what it knows of its connection is not kept with it.</summary>
    /// <returns>The lane that had to make room, which the caller disposes; null for none.</returns>
    public HttpLane? Put(HttpLane lane)
    {
        lane.ForgetConnection();
        lock (_lock)
        {
            HttpLane? oldest = null;
            if (_lanes.Count == HttpDefaults.MaxSpareLanes)
            {
                oldest = _lanes[0];
                _lanes.RemoveAt(0);
            }

            _lanes.Add(lane);
            return oldest;
        }
    }
}
