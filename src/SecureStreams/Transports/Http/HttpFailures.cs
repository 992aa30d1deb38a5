using System.Net.Sockets;
using System.Security.Authentication;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>From exceptions of the platform to causes. Pure.</summary>
internal static class HttpFailures
{
    /// <summary>Classifies <paramref name="error"/>.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="secure">Whether the connection is TLS.</param>
    /// <param name="inBody">Whether the response head had arrived.</param>
    /// <param name="peerEnded">Whether the peer is known to have ended the connection.</param>
    public static TransportFailure Classify(Exception error, bool secure, bool inBody, bool peerEnded = false)
    {
        // What the dialer or the body said is already a cause, however often the platform wrapped it.
        if (TransportException.Find(error) is { } known)
            return known;
        if (secure && TlsErrors.AfterHandshake(error) is { } alert)
            return alert;
        if (Find<HttpProtocolException>(error) is { } reset)
            return FromHttp2(reset, error);

        return ErrorOf(error) switch
        {
            HttpRequestError.VersionNegotiationError => secure
                ? Make(SsPhase.Tls, SsCauseCode.AlpnMismatch, "The peer did not agree to HTTP/2; use protocol h1, or enable h2 at the peer.")
                : Make(SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer does not speak HTTP/2; use protocol h1, or enable h2 at the peer."),
            HttpRequestError.NameResolutionError => Make(SsPhase.Names, SsCauseCode.NameResolutionFailed, "The name could not be resolved."),
            HttpRequestError.SecureConnectionError => Make(SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, "The TLS handshake failed."),
            HttpRequestError.ConfigurationLimitExceeded => Make(SsPhase.Payload, SsCauseCode.PayloadTooLarge, "The response head is larger than max_header_bytes allows (32768 bytes where it is not stated).") with { Attribute = "max_header_bytes" },
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError when Socket(error) is null && !IsBroken(error) =>
                Make(SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer sent something that is not valid HTTP."),
            HttpRequestError.ResponseEnded when Socket(error) is null => inBody ? Truncated() : Make(SsPhase.Peer, SsCauseCode.PeerClosed, "The peer closed the connection before it answered."),
            HttpRequestError.ConnectionError when Socket(error) is null => Make(SsPhase.Connect, SsCauseCode.ConnectFailed, "The connection could not be made."),
            _ => FromOther(),
        };

        TransportFailure FromOther()
        {
            if (Socket(error) is { } socket)
                return FromSocket(socket);
            if (Find<AuthenticationException>(error) is not null)
                return Make(SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, "The TLS session failed.");
            if (error is ObjectDisposedException)
                return Make(SsPhase.Local, SsCauseCode.LocalDestroy, "The context closed its connections.");

            // The platform tore the connection down while it was still being set up or used: it does so when the peer's bytes make no sense.
            if (Find<ObjectDisposedException>(error) is not null)
                return peerEnded && !inBody ? EndedEarly() : Make(SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer broke the HTTP/2 handshake; use protocol h1, or enable h2 at the peer.");
            if (Find<OperationCanceledException>(error) is not null)
                return Make(SsPhase.Connect, SsCauseCode.ConnectFailed, "The connection attempt that the request waited for was abandoned.");
            if (inBody && error is HttpRequestException { InnerException: null })
                return Make(SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer sent something that is not valid HTTP."); // The platform's own verdict: nothing broke below it.
            if (!inBody && error is HttpRequestException { InnerException: null })
                return peerEnded ? EndedEarly() : Make(SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer did not complete the HTTP/2 handshake; use protocol h1, or enable h2 at the peer."); // Noticed before the request was on the connection.
            if (error is IOException or HttpRequestException)
                return inBody ? Truncated() : Make(SsPhase.Peer, SsCauseCode.ConnectionReset, "The connection broke before the response.");
            return Make(SsPhase.Local, SsCauseCode.InternalError, "The HTTP transport failed in a way it does not know; please report it with the error behind it.");
        }

        TransportFailure FromSocket(SocketException socket) => socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => Make(SsPhase.Connect, SsCauseCode.ConnectionRefused, "Nobody listens at the endpoint."),
            SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown =>
                Make(SsPhase.Connect, SsCauseCode.NetworkUnreachable, "There is no route to the endpoint any more."),
            _ => Make(SsPhase.Peer, SsCauseCode.ConnectionReset, inBody ? "The connection was reset during the response." : "The connection was reset before the response."),
        };

        TransportFailure Truncated() => Make(SsPhase.Payload, SsCauseCode.PayloadTruncated, "The response ended before its body was complete.");

        TransportFailure EndedEarly() => Make(SsPhase.Peer, SsCauseCode.PeerClosed, "The peer closed the connection in the middle of the HTTP/2 handshake; check that it speaks HTTP/2.");

        TransportFailure Make(SsPhase phase, SsCauseCode code, string message) => new(phase, code, message) { Error = error };
    }

    /// <summary>The body of an answer is larger than the policy allows.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="announced">How long it is to be, if the peer said so.</param>
    public static TransportFailure TooLarge(HttpPlan plan, long? announced) => new(
        SsPhase.Payload,
        SsCauseCode.PayloadTooLarge,
        $"The body of the answer is {(announced is { } length ? $"announced with {length} bytes" : "longer than allowed")}; max_body_bytes says {plan.MaxBodyBytes}.")
    {
        Attribute = "max_body_bytes",
    };

    private static TransportFailure FromHttp2(HttpProtocolException reset, Exception error)
    {
        var name = HttpNames.Http2Error(reset.ErrorCode);
        var (phase, code, message) = reset.ErrorCode switch
        {
            0 or 7 or 11 => (SsPhase.Peer, SsCauseCode.PeerBusy, "The peer takes no more requests on this connection."),
            2 or 5 or 8 => (SsPhase.Peer, SsCauseCode.ConnectionReset, "The peer reset the HTTP/2 stream or connection."),
            13 => (SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer wants HTTP/1.1 for this; use protocol h1."),
            _ => (SsPhase.Protocol, SsCauseCode.ProtocolError, "The peer ended the HTTP/2 stream or connection with a protocol error."),
        };
        return new TransportFailure(phase, code, message) { Error = error, PeerText = $"HTTP/2 error {reset.ErrorCode} ({name})" };
    }

    private static HttpRequestError ErrorOf(Exception error)
    {
        var first = HttpRequestError.Unknown;
        for (var at = error; at is not null; at = at.InnerException)
        {
            var kind = at switch
            {
                HttpRequestException request => request.HttpRequestError,
                HttpIOException io => io.HttpRequestError,
                _ => HttpRequestError.Unknown,
            };

            // An HTTP/2 connection that ends within the peer's first frame is called invalid by the platform, and ended only further in.
            if (kind == HttpRequestError.ResponseEnded)
                return kind;
            if (first == HttpRequestError.Unknown)
                first = kind;
        }

        return first;
    }

    /// <summary>Whether what is below HTTP gave up, as TLS does when its peer ends in the middle of a record; the platform may call that an invalid answer.</summary>
    private static bool IsBroken(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error.GetType() == typeof(IOException))
                return true;
        }

        return false;
    }

    private static SocketException? Socket(Exception error) => Find<SocketException>(error);

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
                return found;
        }

        return null;
    }
}
