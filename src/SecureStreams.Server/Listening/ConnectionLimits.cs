using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace SecureStreams.Server.Listening;

/// <summary>
/// How many connections a listener has, in all and of each peer, against what its policy allows now. A limit that is reached is told once, and once more when it is left, and that at most once
/// a minute: neither a flood of connections nor one that comes and goes at the limit is one of log lines. Safe from any thread.
/// </summary>
internal sealed class ConnectionLimits(string streamType, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _peers = [];
    private int _count;
    private long _refused;
    private string? _reached;
    private bool _isTold;
    private long? _toldAt;

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
        var counted = peer is null ? null : Counted(peer);
        lock (_lock)
        {
            var own = counted is null ? 0 : _peers.GetValueOrDefault(counted);
            if (_count < plan.MaxConnections && (counted is null || plan.MaxConnectionsPerPeer == 0 || own < plan.MaxConnectionsPerPeer))
            {
                _count++;
                if (counted is not null)
                    _peers[counted] = own + 1;
                return new ConnectionTicket(this, counted);
            }

            (attribute, limit) = _count >= plan.MaxConnections ? ("max_connections", plan.MaxConnections) : ("max_connections_per_peer", plan.MaxConnectionsPerPeer);
            _refused++;
            if (_reached is not null)
                return null;
            _reached = attribute;
            _isTold = _toldAt is not { } before || time.GetElapsedTime(before) >= Quiet;
            if (!_isTold)
                return null;
            _toldAt = time.GetTimestamp();
        }

        ServerLog.LimitReached(logger, streamType, limit, attribute, peer?.ToString() ?? "a Unix socket's peer");
        return null;
    }

    /// <summary>
    /// Whom a connection counts for: an address, and of IPv6 the network of 64 bits that a client has to itself and could choose any address from (RFC 4291 section 2.5.1, RFC 8981).
    /// </summary>
    internal static IPAddress Counted(IPAddress peer)
    {
        if (peer.AddressFamily != AddressFamily.InterNetworkV6)
            return peer;
        Span<byte> bytes = stackalloc byte[16];
        peer.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="peer">Whom it counted for.</param>
    public void Leave(IPAddress? peer)
    {
        string? left = null;
        var refused = 0L;
        lock (_lock)
        {
            _count--;
            if (peer is not null && (_peers[peer] = _peers[peer] - 1) == 0)
                _peers.Remove(peer);
            if (_reached is not null && _isTold)
            {
                (left, refused) = (_reached, _refused);
                _refused = 0;
            }

            _reached = null;
        }

        if (left is not null)
            ServerLog.LimitLeft(logger, streamType, refused, left);
    }
}
