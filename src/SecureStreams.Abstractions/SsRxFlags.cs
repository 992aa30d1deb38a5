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

    /// <summary>A response of several parts begins (<c>http_multipart_ss_in</c>); the piece is empty and belongs to no message. Each part is a message of its own.</summary>
    RelatedStart = 0x08,

    /// <summary>The response has no further part. It comes with the end of the last one, or alone with an empty piece where there was none.</summary>
    RelatedEnd = 0x10,

    /// <summary>The peer will send no more on this connection (half-close). The piece may be empty.</summary>
    PeerEndOfStream = 0x100,

    /// <summary>ws: the message is text, and what there is of it is valid UTF-8. On every piece of the message.</summary>
    Text = 0x200,

    /// <summary>ws: the message is binary. On every piece of the message.</summary>
    Binary = 0x400,
}
