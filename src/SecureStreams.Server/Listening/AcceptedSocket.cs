using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Server.Listening;

/// <summary>A connection that was accepted and counted; nothing of it has been read. Whoever gets it owns it: closing <see cref="Wire"/> closes the socket and gives the place back.</summary>
internal sealed class AcceptedSocket : IDisposable
{
    public AcceptedSocket(Socket socket, EndPoint listensOn, EndPoint? peer, ConnectionTicket ticket, TimeProvider time)
    {
        Socket = socket;
        ListensOn = listensOn;
        Peer = peer;
        Wire = new CountingStream(new NetworkStream(socket, ownsSocket: true), time);
        Wire.OnClosed(ticket.Return);
    }

    /// <summary>The socket, for what is not reading and writing.</summary>
    public Socket Socket { get; }

    /// <summary>Where it came in.</summary>
    public EndPoint ListensOn { get; }

    /// <summary>Who came; null for the peer of a Unix socket.</summary>
    public EndPoint? Peer { get; }

    /// <summary>Its bytes.</summary>
    public CountingStream Wire { get; }

    /// <summary>Who came, for operators.</summary>
    public string PeerText => Peer is null ? EndPointText.Of(ListensOn) : EndPointText.Of(Peer);

    /// <inheritdoc/>
    public void Dispose() => Wire.Dispose();
}
