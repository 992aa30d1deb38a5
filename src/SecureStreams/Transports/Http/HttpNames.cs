namespace SecureStreams.Transports.Http;

/// <summary>What headers and status codes are.</summary>
internal static class HttpNames
{
    /// <summary>Whether a header describes the body.</summary>
    public static bool IsContentHeader(string name) =>
        name.StartsWith("content-", StringComparison.OrdinalIgnoreCase) || name.ToUpperInvariant() is "ALLOW" or "EXPIRES" or "LAST-MODIFIED";

    /// <summary>Whether a status sends the client elsewhere.</summary>
    public static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    /// <summary>Whether a status asks to come back later.</summary>
    public static bool IsBusy(int status) => status is 503 or 429;

    /// <summary>Whether a status is what the policy calls a success.</summary>
    public static bool IsSuccess(int status, int? expect) => expect is { } only ? status == only : status is >= 200 and <= 299;

    /// <summary>The names of HTTP/2 error codes (RFC 9113 section 7).</summary>
    public static string Http2Error(long code) => code switch
    {
        0 => "NO_ERROR",
        1 => "PROTOCOL_ERROR",
        2 => "INTERNAL_ERROR",
        3 => "FLOW_CONTROL_ERROR",
        4 => "SETTINGS_TIMEOUT",
        5 => "STREAM_CLOSED",
        6 => "FRAME_SIZE_ERROR",
        7 => "REFUSED_STREAM",
        8 => "CANCEL",
        9 => "COMPRESSION_ERROR",
        10 => "CONNECT_ERROR",
        11 => "ENHANCE_YOUR_CALM",
        12 => "INADEQUATE_SECURITY",
        13 => "HTTP_1_1_REQUIRED",
        _ => "unknown",
    };
}
