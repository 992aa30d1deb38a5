namespace SecureStreams.Tool.Serving;

/// <summary>What the method of a request says of its body.</summary>
internal static class RequestMethods
{
    /// <summary>Whether a body is what it is about (RFC 9110 section 9.3): its end is told then, also of an empty one. What comes with others means nothing.</summary>
    public static bool HaveBody(string? method) => method is "POST" or "PUT" or "PATCH";
}
