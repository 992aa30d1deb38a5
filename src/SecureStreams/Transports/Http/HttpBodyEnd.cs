namespace SecureStreams.Transports.Http;

/// <summary>What the end of an answer's body is judged by.</summary>
internal enum HttpBodyEnd : byte
{
    /// <summary>Nothing: the platform knows the end of a body that HTTP/1.1 announces or sends in chunks, and of others nobody does.</summary>
    Unjudged,

    /// <summary>The length that HTTP/2 announces.</summary>
    Length,

    /// <summary>The end of TLS.</summary>
    Tls,
}
