using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Server.Listening;

/// <summary>A connection that was accepted and counted; nothing of it has been read. Whoever gets it owns it: disposing it closes the socket and gives the place back.</summary>
internal sealed class AcceptedSocket : IDisposable
{
    private readonly ConnectionTicket _ticket;
    private readonly TimeProvider _time;
    private CountingStream? _wire;
    private bool _taken;

    public AcceptedSocket(Socket socket, EndPoint listensOn, EndPoint? peer, ConnectionTicket ticket, TimeProvider time)
    {
        Socket = socket;
        ListensOn = listensOn;
        Peer = peer;
        _ticket = ticket;
        _time = time;
    }

    /// <summary>The socket, for what is not reading and writing.</summary>
    public Socket Socket { get; }

    /// <summary>Where it came in.</summary>
    public EndPoint ListensOn { get; }

    /// <summary>Who came; null for the peer of a Unix socket.</summary>
    public EndPoint? Peer { get; }

    /// <summary>Its bytes. Asked for by one who reads and writes it.</summary>
    public CountingStream Wire
    {
        get
        {
            if (_wire is { } there)
                return there;
            var wire = new CountingStream(new NetworkStream(Socket, ownsSocket: true), _time);
            wire.OnClosed(_ticket.Return);
            return _wire = wire;
        }
    }

    /// <summary>Who came, for operators.</summary>
    public string PeerText => Peer is null ? EndPointText.Of(ListensOn) : EndPointText.Of(Peer);

    /// <summary>Where it comes from, as connections say where they lead.</summary>
    /// <param name="wantsFacts">Whether what is to be said of it is gathered.</param>
    public DialTarget From(bool wantsFacts) => Peer is IPEndPoint peer
        ? new DialTarget { Host = peer.Address.ToString(), Port = peer.Port, WantsFacts = wantsFacts }
        : new DialTarget { Host = "localhost", Port = 0, UnixPath = PeerText["unix:".Length..], WantsFacts = wantsFacts };

    /// <summary>The socket, for another that reads, writes and closes it. Disposing this then gives the place back.</summary>
    public Socket TakeSocket()
    {
        _taken = true;
        return Socket;
    }

    /// <summary>Looks at the first byte, which it waits for, and leaves it where it is.</summary>
    /// <returns>Whether TLS begins. None at all is no TLS: such a connection ends before it began, which is told in the usual way.</returns>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async ValueTask<bool> BeginsTlsAsync(CancellationToken cancellationToken)
    {
        const byte tlsHandshakeRecord = 0x16;
        var first = new byte[1];
        try
        {
            return await Socket.ReceiveAsync(first.AsMemory(), SocketFlags.Peek, cancellationToken).ConfigureAwait(false) > 0 && first[0] == tlsHandshakeRecord;
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_taken)
            _ticket.Return();
        else
            Wire.Dispose();
    }
}
