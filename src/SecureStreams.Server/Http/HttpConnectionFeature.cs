using System.Net.Security;
using SecureStreams.Network;
using SecureStreams.Server.Listening;

namespace SecureStreams.Server.Http;

/// <summary>What is ours of a connection: every request that comes over it sees it.</summary>
internal sealed class HttpConnectionFeature(AcceptedSocket socket)
{
    private int _asked;

    /// <summary>What can be said of it, where the policy asks.</summary>
    public ConnectionFacts? Facts { get; init; }

    /// <summary>TLS on it; null for plaintext.</summary>
    public SslStream? Tls { get; init; }

    /// <summary>The connection itself; the web server reads and writes it.</summary>
    public AcceptedSocket Socket => socket;

    /// <summary>Who is there, for operators.</summary>
    public string Peer { get; } = socket.PeerText;

    /// <summary>Whether a request has come.</summary>
    public bool HasAsked => Volatile.Read(ref _asked) != 0;

    /// <summary>A request has come.</summary>
    public void NoteRequest() => Volatile.Write(ref _asked, 1);
}
