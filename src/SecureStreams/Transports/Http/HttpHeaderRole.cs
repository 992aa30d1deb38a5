namespace SecureStreams.Transports.Http;

/// <summary>What a metadata header does in a request.</summary>
internal enum HttpHeaderRole
{
    /// <summary>A header like any other.</summary>
    Plain,

    /// <summary>Replaces the Host header (:authority).</summary>
    Host,

    /// <summary>Announces the length of the body.</summary>
    Length,

    /// <summary>Belongs to the framing of the connection, which is not the application's: a request that sets it is refused.</summary>
    Refused,
}
