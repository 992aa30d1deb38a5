namespace SecureStreams.Tool.Serving;

/// <summary>What a request says of its body.</summary>
internal static class RequestMethods
{
    /// <summary>
    /// Whether there is a body whose end is told: with methods that are about it (RFC 9110 section 9.3), also for an empty one; with others where one is announced (RFC 9112 section 6.3). What comes
    /// unannounced over HTTP/2 means nothing.
    /// </summary>
    public static bool HaveBody(SecureStream stream) =>
        stream.GetMetadata(ServeOverlay.Method) is "POST" or "PUT" or "PATCH"
        || stream.GetMetadata("content-length") is { } length and not "0"
        || stream.GetMetadata("transfer-encoding") is not null;
}
