using SecureStreams.Network;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;

namespace SecureStreams.Server.Http;

/// <summary>What is ours of a connection: every request that comes over it sees it.</summary>
internal sealed class HttpConnectionFeature(AcceptedSocket socket)
{
    private int _asked;
    private int _serving;
    private long _idleSince;
    private TransportFailure? _grievance;
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

    /// <summary>What bounds it in time; null before it is served.</summary>
    public IDisposable? Watch { get; set; }

    /// <summary>Called when it is closed, and what it was sent is with the client or lost; null before it is served.</summary>
    public Action? Closed { get; set; }

    /// <summary>Whether a request is being served.</summary>
    public bool IsServing => Volatile.Read(ref _serving) > 0;

    /// <summary>A request has come.</summary>
    public void NoteRequest()
    {
        Interlocked.Increment(ref _serving);
        Volatile.Write(ref _asked, 1);
    }

    /// <summary>It has been served.</summary>
    /// <param name="time">The clock.</param>
    public void NoteServed(TimeProvider time)
    {
        Volatile.Write(ref _idleSince, time.GetTimestamp());
        Interlocked.Decrement(ref _serving);
    }

    /// <summary>How long no request has been served; null while one is.</summary>
    public TimeSpan? IdleFor(TimeProvider time) => IsServing ? null : time.GetElapsedTime(Volatile.Read(ref _idleSince));

    /// <summary>What the web server has against the client; null for nothing.</summary>
    public TransportFailure? Grievance => Volatile.Read(ref _grievance);

    /// <summary>The web server has something against the client. The first counts.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool Note(TransportFailure grievance) => Interlocked.CompareExchange(ref _grievance, grievance, null) is null;

    /// <summary>Why the web server gave it up; null while it has not.</summary>
    public string? AbortReason => Volatile.Read(ref _abort);

    /// <summary>The web server gives it up. The first reason counts.</summary>
    public void NoteAbort(string reason) => Interlocked.CompareExchange(ref _abort, reason, null);
}
