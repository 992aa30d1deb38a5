using System.Net;

namespace SecureStreams.Network;

/// <summary>One address to connect to and what the socket shall be like. Made for one attempt; not for keeping.</summary>
public sealed class SsConnectRequest
{
    // Rare, so that one serves all.
    private static readonly Lock Warning = new();
    private List<string>? _warnings;

    /// <summary>Makes a request that asks for nothing special.</summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="endPoint"/> is null.</exception>
    public SsConnectRequest(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        EndPoint = endPoint;
    }

    /// <summary>Where to connect: an <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Where to connect from (<c>local_bind</c>), of the family of <see cref="EndPoint"/>; port 0 for any. Null for whatever the operating system chooses.</summary>
    public IPEndPoint? LocalEndPoint { get; init; }

    /// <summary>The type of service, 0x00 to 0x1e (<c>attr_low_latency</c> and its like): IP_TOS, or for IPv6 the traffic class. 0 leaves it alone.</summary>
    public int TypeOfService { get; init; }

    /// <summary>The priority of its packets, 0 to 7 (<c>attr_priority</c>): SO_PRIORITY. 0 leaves it alone.</summary>
    public int Priority { get; init; }

    /// <summary>What could not be had although the connection could.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (Warning)
                return _warnings is null ? [] : [.. _warnings];
        }
    }

    /// <summary>Something asked for cannot be had, and the connection is worth having without it. Operators are told, if it is this connection that is used. From any thread.</summary>
    /// <param name="text">One line: what is not so, why, and what mends it.</param>
    public void Warn(string text)
    {
        lock (Warning)
            (_warnings ??= []).Add(text);
    }
}
