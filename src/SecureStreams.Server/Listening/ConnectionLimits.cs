using System.Net;
using Microsoft.Extensions.Logging;

namespace SecureStreams.Server.Listening;

/// <summary>
/// How many connections a listener has, in all and of each address, against what its policy allows now. A limit that is reached is told once, and once more when it is left, so
/// that a flood of connections is none of log lines. Safe from any thread.
/// </summary>
internal sealed class ConnectionLimits(string streamType, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _peers = [];
    private int _count;
    private long _refused;
    private string? _reached;

    /// <summary>Connections that are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>Takes a place.</summary>
    /// <param name="peer">The address; null for a Unix socket, whose peers have none and are counted in all only.</param>
    /// <param name="plan">The limits.</param>
    /// <returns>The place, or null where there is none.</returns>
    public ConnectionTicket? TryEnter(IPAddress? peer, ListenPlan plan)
    {
        string attribute;
        int limit;
        lock (_lock)
        {
            var own = peer is null ? 0 : _peers.GetValueOrDefault(peer);
            if (_count < plan.MaxConnections && (peer is null || plan.MaxConnectionsPerPeer == 0 || own < plan.MaxConnectionsPerPeer))
            {
                _count++;
                if (peer is not null)
                    _peers[peer] = own + 1;
                return new ConnectionTicket(this, peer);
            }

            (attribute, limit) = _count >= plan.MaxConnections ? ("max_connections", plan.MaxConnections) : ("max_connections_per_peer", plan.MaxConnectionsPerPeer);
            _refused++;
            if (_reached is not null)
                return null;
            _reached = attribute;
        }

        ServerLog.LimitReached(logger, streamType, limit, attribute, peer?.ToString() ?? "a Unix socket's peer");
        return null;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(IPAddress? peer)
    {
        string? left = null;
        var refused = 0L;
        lock (_lock)
        {
            _count--;
            if (peer is not null && (_peers[peer] = _peers[peer] - 1) == 0)
                _peers.Remove(peer);
            if (_reached is not null)
            {
                (left, refused) = (_reached, _refused);
                (_reached, _refused) = (null, 0);
            }
        }

        if (left is not null)
            ServerLog.LimitLeft(logger, streamType, refused, left);
    }
}
