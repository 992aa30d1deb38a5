namespace SecureStreams;

/// <summary>How a received piece stands in its message. The low byte has lws's values.</summary>
[Flags]
public enum SsRxFlags
{
    /// <summary>A piece from the middle of a message, or of a raw stream, which has no messages.</summary>
    None = 0,

    /// <summary>First piece of a message.</summary>
    StartOfMessage = 0x01,

    /// <summary>Last piece of a message; the piece may be empty. A message that was cut short never gets it.</summary>
    EndOfMessage = 0x02,

    /// <summary>
    /// The timings of a connection as JSON, for streamtypes with <c>perf</c>: always whole (with <see cref="StartOfMessage"/> and <see cref="EndOfMessage"/>), and no part of any
    /// message, though it may come inside one, before the stream is Connected, or while reception is paused. What is awaited (messages, pipes, transactions) never sees it.
    /// </summary>
    PerfJson = 0x40,

    /// <summary>The peer will send no more on this connection (half-close). The piece may be empty.</summary>
    PeerEndOfStream = 0x100,
}
