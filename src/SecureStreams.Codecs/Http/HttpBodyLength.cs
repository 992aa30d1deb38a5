using System.Globalization;

namespace SecureStreams.Codecs.Http;

/// <summary>How the body of an HTTP/1.1 response ends (RFC 9112 section 6.3). Pure.</summary>
/// <param name="IsChunked">Whether chunks say where it ends.</param>
/// <param name="Bytes">How long it is; null where chunks or the end of the connection end it.</param>
public readonly record struct HttpBodyLength(bool IsChunked, long? Bytes)
{
    /// <summary>Reads it from a response to a request other than HEAD and CONNECT; a length that is no number counts as none.</summary>
    /// <param name="head">The head of the response.</param>
    /// <param name="status">Its status.</param>
    public static HttpBodyLength Of(HttpHead head, int status)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (status is < 200 or 204 or 304)
            return new HttpBodyLength(false, 0);
        if (head.Find("Transfer-Encoding") is { } coding)
            return new HttpBodyLength(coding.EndsWith("chunked", StringComparison.OrdinalIgnoreCase), null);
        return long.TryParse(head.Find("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? new HttpBodyLength(false, bytes) : default;
    }
}
