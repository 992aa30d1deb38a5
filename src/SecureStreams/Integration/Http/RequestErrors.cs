using SecureStreams.Transports;

namespace SecureStreams.Integration.Http;

/// <summary>From failures to what callers of an HttpClient catch.</summary>
internal static class RequestErrors
{
    /// <summary>The exception for a failed request.</summary>
    /// <param name="streamType">The streamtype.</param>
    /// <param name="cause">Why.</param>
    /// <param name="status">The status that decided, or 0.</param>
    public static HttpRequestException Make(string streamType, SsCause cause, int status) => new(
        KindOf(cause),
        $"The request over streamtype '{streamType}' failed: {cause}.",
        new SsCauseException(cause),
        status == 0 ? null : (System.Net.HttpStatusCode)status);

    /// <summary>Whether <paramref name="error"/> says that no byte of the request was sent.</summary>
    public static bool IsUnsent(Exception error)
    {
        // Only the dialer throws these here.
        if (TransportException.Find(error) is not null)
            return true;
        return error is HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
                or HttpRequestError.VersionNegotiationError or HttpRequestError.ProxyTunnelError,
        };
    }

    /// <summary>Whether sending a request twice is the same as once (RFC 9110 section 9.2.2).</summary>
    public static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete || method == HttpMethod.Options || method == HttpMethod.Trace;

    private static HttpRequestError KindOf(SsCause cause) => (cause.Phase, cause.Code) switch
    {
        (SsPhase.Names, _) => HttpRequestError.NameResolutionError,
        (_, SsCauseCode.AlpnMismatch) => HttpRequestError.VersionNegotiationError,
        (SsPhase.Tls, _) => HttpRequestError.SecureConnectionError,
        (SsPhase.Proxy, _) => HttpRequestError.ProxyTunnelError,
        (SsPhase.Connect, _) or (_, SsCauseCode.ConnectTimeout) => HttpRequestError.ConnectionError,
        (SsPhase.Protocol, SsCauseCode.ProtocolError) => HttpRequestError.HttpProtocolError,
        (SsPhase.Peer, SsCauseCode.PeerClosed or SsCauseCode.ConnectionReset) => HttpRequestError.ResponseEnded,
        _ => HttpRequestError.Unknown,
    };
}
