using SecureStreams.Network;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server.Http;

/// <summary>What is ours of a connection: every request that comes over it sees it.</summary>
internal sealed class HttpConnectionFeature(AcceptedSocket socket)
{
    private int _asked;
    private ConnectionFacts? _facts;
    private string? _abort;

    /// <summary>TLS on it; null for plaintext.</summary>
    public SecuredConnection? Secured { get; init; }

    /// <summary>The connection itself; the web server reads and writes it.</summary>
    public AcceptedSocket Socket => socket;

    /// <summary>Who is there, for operators.</summary>
    public string Peer { get; } = socket.PeerText;

    /// <summary>What can be said of it; gathered when a streamtype first asks.</summary>
    public ConnectionFacts Facts => _facts ??= ConnectionFacts.Of(Socket.Socket, Secured?.Stream);

    /// <summary>Whether a request has come.</summary>
    public bool HasAsked => Volatile.Read(ref _asked) != 0;

    /// <summary>A request has come.</summary>
    public void NoteRequest() => Volatile.Write(ref _asked, 1);

    /// <summary>Why the web server gave it up; null while it has not.</summary>
    public string? AbortReason => Volatile.Read(ref _abort);

    /// <summary>The web server gives it up. The first reason counts.</summary>
    public void NoteAbort(string reason) => Interlocked.CompareExchange(ref _abort, reason, null);
}
