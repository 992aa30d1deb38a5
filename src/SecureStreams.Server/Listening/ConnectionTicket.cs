using System.Net;

namespace SecureStreams.Server.Listening;

/// <summary>The place of one connection among those that a listener may have.</summary>
internal sealed class ConnectionTicket(ConnectionLimits limits, IPAddress? peer)
{
    private int _returned;

    /// <summary>Whom it counts for; null for the peer of a Unix socket.</summary>
    public IPAddress? Peer => peer;

    /// <summary>The connection is closed. May be called again.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
            limits.Leave(peer);
    }
}
