using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server.Http;

/// <summary>What is ours of a connection: every request that comes over it sees it.</summary>
internal sealed class HttpConnectionFeature
{
    private int _asked;
    private ConnectionFacts? _facts;
    private string? _abort;

    /// <summary>The connection.</summary>
    public required Socket Socket { get; init; }

    /// <summary>TLS on it; null for plaintext.</summary>
    public SecuredConnection? Secured { get; init; }

    /// <summary>Who is there, for operators.</summary>
    public required string Peer { get; init; }

    /// <summary>What can be said of it; gathered when a streamtype first asks.</summary>
    public ConnectionFacts Facts => _facts ??= ConnectionFacts.Of(Socket, Secured?.Stream);

    /// <summary>Whether a request has come.</summary>
    public bool HasAsked => Volatile.Read(ref _asked) != 0;

    /// <summary>A request has come.</summary>
    public void NoteRequest() => Volatile.Write(ref _asked, 1);

    /// <summary>Why the web server gave it up; null while it has not.</summary>
    public string? AbortReason => Volatile.Read(ref _abort);

    /// <summary>The web server gives it up. The first reason counts.</summary>
    public void NoteAbort(string reason) => Interlocked.CompareExchange(ref _abort, reason, null);
}
