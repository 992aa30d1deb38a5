namespace SecureStreams.Server.Http;

/// <summary>What a connection speaks.</summary>
internal enum HttpBeginningKind
{
    /// <summary>No HTTP.</summary>
    Other,

    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2 (RFC 9113 section 3.4).</summary>
    Http2,
}
