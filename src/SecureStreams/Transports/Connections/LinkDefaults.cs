namespace SecureStreams.Transports.Connections;

/// <summary>Sizes and bounds of lasting connections (raw, ws, mqtt).</summary>
internal static class LinkDefaults
{
    /// <summary>Largest piece given to a stream or offered to a tx callback; also what is gathered at first.</summary>
    public const int PieceBytes = 16 * 1024;

    /// <summary>With less room than this a tx callback is not asked for another piece: what is gathered leaves first, so that messages are not cut into crumbs.</summary>
    public const int LeastRoomBytes = 4 * 1024;

    /// <summary>What a plaintext connection reads into at first, and keeps while messages follow one another: room for a usual one.</summary>
    public const int FirstReadBytes = 1024;

    /// <summary>What it reads into for as long as more arrives than that.</summary>
    public const int BusyReadBytes = 64 * 1024;

    /// <summary>Reads that follow one another without waiting before other work of the process gets the thread.</summary>
    public const int ReadsPerTurn = 64;

    /// <summary>A connection on which so much time passes between two reads is quiet: it waits for the next one without a buffer, which costs two system calls more.</summary>
    public static readonly TimeSpan QuietAfter = TimeSpan.FromSeconds(1);

    /// <summary>How often it is asked whether a peer that has ended its side is gone altogether, where that can be known.</summary>
    public static readonly TimeSpan AskPeerGone = TimeSpan.FromSeconds(1);

    /// <summary>How long an orderly close waits for the network to take what was released.</summary>
    public static readonly TimeSpan CloseFlush = TimeSpan.FromSeconds(5);

    /// <summary>How long it then waits for the peer's end: a socket that is closed with bytes unread resets the connection, and what was sent last may be lost with it.</summary>
    public static readonly TimeSpan CloseLinger = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection that ends in order for another waits for a peer that says nothing.</summary>
    public static readonly TimeSpan FinishSilence = TimeSpan.FromSeconds(5);

    /// <summary>How long it waits in all for one that goes on, or takes nothing; time in which the stream pauses its reception does not count.</summary>
    public static readonly TimeSpan Finish = TimeSpan.FromSeconds(30);

    /// <summary>After a write failed, how long reading goes on: what the peer said before it went, an alert of TLS for instance, is the better reason.</summary>
    public static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>As <see cref="LastWords"/>, of a stream that pauses its reception: what has arrived waits for it so long, and no longer, since a connection that can send no more is lost.</summary>
    public static readonly TimeSpan LastWordsAtRest = TimeSpan.FromSeconds(30);

    /// <summary>How long a client's write may take once the peer has ended its side: as long as a server's does where its policy says nothing (<c>tx_timeout_ms</c>).</summary>
    public static readonly TimeSpan WriteAfterPeerEnd = TimeSpan.FromSeconds(60);
}
