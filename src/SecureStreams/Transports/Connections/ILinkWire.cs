namespace SecureStreams.Transports.Connections;

/// <summary>What carries a lasting connection: a socket of its own, or a stream of a connection that others share.</summary>
internal interface ILinkWire : IDisposable
{
    /// <summary>When the peer was last heard, a timestamp of the clock; at first when the connection came to be.</summary>
    long LastHeard { get; }

    /// <summary>Bytes sent so far.</summary>
    long BytesSent { get; }

    /// <summary>Whether the peer has ended its side.</summary>
    bool PeerEnded { get; }

    /// <summary>Whether the peer, which has ended its side, is known to be gone altogether.</summary>
    bool IsPeerGone { get; }

    /// <summary>Whether <see cref="IsPeerGone"/> becomes true when the peer goes later.</summary>
    bool KnowsPeerGone => false;

    /// <summary>Ends this side, behind everything that was written: the peer may go on sending.</summary>
    void ShutdownSend();

    /// <summary>Ends it with a reset, so that nothing more is sent.</summary>
    void Abort();
}
