using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>From what becomes of a stream of HTTP/2 to causes. Pure.</summary>
internal static class WebSocketHttp2Failures
{
    private const string Version = "ws_http_version";

    /// <summary>The extended CONNECT got no answer.</summary>
    public static TransportFailure NotOpened(Exception error, bool secure, HttpLane? lane)
    {
        if (error is HttpRequestException { HttpRequestError: HttpRequestError.ExtendedConnectNotSupported })
        {
            return new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError,
                "The peer speaks HTTP/2 and takes no WebSocket on it (its settings do not enable extended CONNECT); use \"ws_http_version\": \"1.1\", or enable RFC 8441 at the peer.")
            {
                Error = error,
                Attribute = Version,
            };
        }

        var failure = HttpFailures.Classify(error, secure, inBody: false, lane?.Wire is { PeerEnded: true });
        if (failure.Phase == SsPhase.Protocol && lane is { HasEndedMute: true })
            failure = failure with { Phase = SsPhase.Peer, Code = SsCauseCode.PeerClosed, Message = "The peer closed the connection before it said anything." };
        if (lane?.Tls is { } tls)
            failure = tls.Explain(failure);
        return OfVersion(failure);
    }

    /// <summary>The stream broke.</summary>
    /// <returns>Why; null where its connection ended in order.</returns>
    public static TransportFailure? Broken(Exception error, HttpLane lane)
    {
        var failure = HttpFailures.Classify(error, lane.Tls is not null, inBody: true);
        return failure switch
        {
            { Code: SsCauseCode.PayloadTruncated } when lane.Wire is { PeerEnded: true } => null,
            { Code: SsCauseCode.PayloadTruncated } => new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, "The connection that carries the stream broke.") { Error = error },
            { Code: SsCauseCode.ConnectionReset, PeerText: null } => failure with { Message = "The connection that carries the stream was reset." },
            _ => OfVersion(failure),
        };
    }

    /// <summary>Something was to be sent on a stream whose connection had ended.</summary>
    public static TransportFailure Ended(Exception error) =>
        new(SsPhase.Peer, SsCauseCode.PeerClosed, "The peer ended the connection that carries the stream.") { Error = error };

    /// <summary>What is said of HTTP/2 is mended by another attribute here.</summary>
    private static TransportFailure OfVersion(TransportFailure failure) =>
        failure.Message.Contains("protocol h1", StringComparison.Ordinal)
            ? failure with { Message = failure.Message.Replace("protocol h1", "\"ws_http_version\": \"1.1\"", StringComparison.Ordinal), Attribute = Version }
            : failure;
}
