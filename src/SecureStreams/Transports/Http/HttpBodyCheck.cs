namespace SecureStreams.Transports.Http;

/// <summary>
/// Whether what ends an answer's body may end it, where the platform does not ask: with HTTP/2 a body has the length that is announced (RFC 9113 section 8.1.1), and one
/// that nothing but the end of a TLS connection ends is whole only where TLS was ended too (RFC 9112 section 9.8).
/// </summary>
internal static class HttpBodyCheck
{
    /// <summary>What the end of the body is to be judged by.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="announced">How long its body is to be (<see cref="HttpResponseValues.AnnouncedLength"/>).</param>
    /// <param name="secure">Whether its connection is TLS.</param>
    public static HttpBodyEnd EndOf(HttpResponseMessage response, long announced, bool secure)
    {
        if (response.Version.Major > 1)
            return announced < 0 ? HttpBodyEnd.Unjudged : HttpBodyEnd.Length;
        return secure && announced < 0 && response.Headers.TransferEncodingChunked != true ? HttpBodyEnd.Tls : HttpBodyEnd.Unjudged;
    }

    /// <summary>Takes note of a read.</summary>
    /// <param name="end">What the end is judged by.</param>
    /// <param name="due">How much of an announced body is still to come; counted down.</param>
    /// <param name="read">What the read gave; 0 at the end. Not of a read into no buffer.</param>
    /// <param name="lane">The connection of the answer.</param>
    /// <returns>Why the body is none; null while it may be one.</returns>
    public static TransportFailure? Take(HttpBodyEnd end, ref long due, int read, HttpLane? lane)
    {
        switch (end)
        {
            case HttpBodyEnd.Length:
                due -= read;
                if (due < 0)
                    return new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The body of the answer has at least {-due} bytes more than its content-length announces.");
                return read > 0 || due == 0
                    ? null
                    : new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTruncated, $"The body of the answer ended {due} bytes before the end that its content-length announces.");

            // Where it is not sure which of two connections it was (HttpLane.IsMixed), neither is judged.
            case HttpBodyEnd.Tls when read == 0 && lane is { IsMixed: false, Wire.PeerEnded: true }:
                return new TransportFailure(
                    SsPhase.Payload, SsCauseCode.PayloadTruncated,
                    "The peer ended the connection, and with it the body of its answer, without ending its TLS session (close_notify), so the end of the body may be missing; "
                        + "have it send Content-Length or chunks, or end TLS in order.");

            default:
                return null;
        }
    }
}
