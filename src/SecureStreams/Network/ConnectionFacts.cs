using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;

namespace SecureStreams.Network;

/// <summary>What can be said of one connection, as text, gathered once when it stands. What does not apply is null: a Unix socket has no port, plaintext no cipher.</summary>
internal sealed class ConnectionFacts
{
    private const int SocketLevel = 1; // SOL_SOCKET of Linux.
    private const int PeerCredentials = 17; // SO_PEERCRED: struct ucred { pid, uid, gid }, see unix(7).

    private readonly string?[] _values = new string?[Enum.GetValues<ConnectionFact>().Length];

    private ConnectionFacts()
    {
    }

    /// <summary>One of them; null when it does not apply to the connection.</summary>
    public string? this[ConnectionFact fact]
    {
        get => _values[(int)fact];
        private set => _values[(int)fact] = value;
    }

    /// <summary>Gathers them.</summary>
    /// <param name="wire">The connection.</param>
    /// <param name="tls">TLS on it; null for plaintext.</param>
    public static ConnectionFacts Of(CountingStream wire, SslStream? tls) => Of(wire.Socket, tls);

    /// <summary>Gathers them.</summary>
    /// <param name="socket">The connection; null where it is no socket.</param>
    /// <param name="tls">TLS on it; null for plaintext.</param>
    public static ConnectionFacts Of(Socket? socket, SslStream? tls)
    {
        var facts = new ConnectionFacts();
        if (socket is not null)
            facts.AddSocket(socket);
        if (tls is not null)
            facts.AddTls(TlsFacts.Of(tls));
        return facts;
    }

    /// <summary>Gathers them from what others say of a connection that is theirs.</summary>
    /// <param name="socket">The connection, where it says more than they do; else null.</param>
    /// <param name="peer">The other side; null where it has no address.</param>
    /// <param name="local">This side; null where it has no address.</param>
    /// <param name="tls">TLS on it; null for plaintext.</param>
    public static ConnectionFacts Of(Socket? socket, EndPoint? peer, EndPoint? local, TlsFacts? tls)
    {
        var facts = new ConnectionFacts();
        if (socket is not null)
            facts.AddSocket(socket);
        if (peer is not null)
            (facts[ConnectionFact.PeerIp], facts[ConnectionFact.PeerPort]) = Split(peer);
        if (local is not null)
            (facts[ConnectionFact.LocalIp], facts[ConnectionFact.LocalPort]) = Split(local);
        if (tls is { } session)
            facts.AddTls(session);
        return facts;
    }

    /// <summary>Gathers those of an accepted or connected socket.</summary>
    private void AddSocket(Socket socket)
    {
        try
        {
            (this[ConnectionFact.PeerIp], this[ConnectionFact.PeerPort]) = Split(socket.RemoteEndPoint);
            (this[ConnectionFact.LocalIp], this[ConnectionFact.LocalPort]) = Split(socket.LocalEndPoint);
            if (socket.AddressFamily == AddressFamily.Unix && OperatingSystem.IsLinux())
                AddPeer(socket);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The peer was gone as soon as it had come; there is nothing to be said of it, and the protocol is about to notice.
        }
    }

    private void AddPeer(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
        if (socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) != credentials.Length)
            return;
        var numbers = MemoryMarshal.Cast<byte, uint>(credentials);
        this[ConnectionFact.PeerPid] = Text(numbers[0]);
        this[ConnectionFact.PeerUid] = Text(numbers[1]);
        this[ConnectionFact.PeerGid] = Text(numbers[2]);
    }

    private void AddTls(TlsFacts tls)
    {
        this[ConnectionFact.TlsVersion] = tls.Protocol switch
        {
            SslProtocols.Tls12 => "1.2",
            SslProtocols.Tls13 => "1.3",
            _ => null,
        };
        this[ConnectionFact.TlsCipher] = tls.Cipher?.ToString();
        this[ConnectionFact.Alpn] = tls.Alpn.IsEmpty ? null : new SslApplicationProtocol(tls.Alpn.ToArray()).ToString();
        if (tls.Certificate is { } certificate)
        {
            this[ConnectionFact.PeerCertSpkiSha256] = TlsPins.HashOf(certificate);
            this[ConnectionFact.PeerCertSubject] = certificate.Subject;
        }
    }

    private static (string? Address, string? Port) Split(EndPoint? endPoint) => endPoint is IPEndPoint ip ? (ip.Address.ToString(), Text((uint)ip.Port)) : (null, null);

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
