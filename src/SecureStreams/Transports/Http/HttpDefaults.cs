namespace SecureStreams.Transports.Http;

/// <summary>Bounds and sizes of the HTTP transports.</summary>
internal static class HttpDefaults
{
    /// <summary>Largest piece given to the stream or offered to a tx callback.</summary>
    public const int PieceBytes = 16 * 1024;

    /// <summary>A body announced to be no longer than this is read at once, not when it has arrived: the buffer it holds while it waits is as small.</summary>
    public const int SmallBodyBytes = 2 * 1024;

    /// <summary>Pieces of an answer that are told in one turn of the mailbox at most.</summary>
    public const int PiecesPerTurn = 16;

    /// <summary>The buffer in which a body gathers at first: four full pieces.</summary>
    public const int GatherBytes = 4 * PieceBytes;

    /// <summary>Redirects followed in one transaction, as lws.</summary>
    public const int MaxRedirects = 4;

    /// <summary>Longest expanded URL: more than servers accept in a request line unless they are told to (8 KiB usually), and twice what lws tests itself with.</summary>
    public const int MaxUrlChars = 32 * 1024;

    /// <summary>Largest body read past to keep the connection of a redirect or "come back later" usable; a larger one costs the connection.</summary>
    public const int DrainBytes = 64 * 1024;

    /// <summary>How much of a refusing body is kept for operators.</summary>
    public const int PeerTextBytes = 64 * 1024;

    /// <summary>Streamtypes that share one multipart request at most.</summary>
    public const int MaxParts = 32;

    /// <summary>The largest head of a part of a multipart answer.</summary>
    public const int PartHeaderBytes = 8 * 1024;

    /// <summary>The largest head of an answer where the policy states none (<c>max_header_bytes</c>).</summary>
    public const int MaxHeaderBytes = 32 * 1024;

    /// <summary>Pools kept at a time; beyond it those without a connection are forgotten.</summary>
    public const int MaxPools = 256;

    /// <summary>HTTP/1.1 handlers without a connection that are kept for the next one, over all pools; each holds about 5 KiB.</summary>
    public const int MaxSpareLanes = 16;

    /// <summary>Requests that share an HTTP/2 connection at a time, if the peer does not allow fewer: what servers commonly allow, and what a client may assume before it is told.</summary>
    public const int MaxSharedRequests = 100;

    /// <summary>How often a request that a connection gave back unprocessed is sent on another one.</summary>
    public const int MaxResends = 3;

    /// <summary>The shortest delay of the platform's HTTP/2 pings, and the shortest time between its looks at them.</summary>
    public static readonly TimeSpan ShortestPing = TimeSpan.FromSeconds(1);

    /// <summary>When the platform itself gives up a peer that answers no ping: never, in effect. The stream's timer does, on the injected clock.</summary>
    public static readonly TimeSpan PingTimeout = TimeSpan.FromDays(1);

    /// <summary>How long a peer that is asked before a body is sent has to say anything; then the body is sent. The platform's timer, on the real clock.</summary>
    public static readonly TimeSpan ContinueTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Cancellation and timer pairs kept for reuse.</summary>
    public const int MaxIdleWatches = 64;

    /// <summary>From the request (its body included) being sent to the response head, as lws.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(15);

    /// <summary>No byte either way while a body is under way, as lws.</summary>
    public static readonly TimeSpan InactivityTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Reading past a body nobody wants.</summary>
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);

    /// <summary>An idle pooled connection is closed after this: below the 60 to 75 s after which common servers close theirs, so that requests rarely meet a closing one.</summary>
    public static readonly TimeSpan PooledConnectionIdle = TimeSpan.FromSeconds(50);

    /// <summary>After this a connection takes no new requests, so that a changed address of the endpoint is noticed.</summary>
    public static readonly TimeSpan PooledConnectionLifetime = TimeSpan.FromMinutes(10);
}
