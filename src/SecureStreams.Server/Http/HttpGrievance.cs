using Microsoft.AspNetCore.Http;
using SecureStreams.Network;
using SecureStreams.Transports;

namespace SecureStreams.Server.Http;

/// <summary>What the web server has against a client, in terms of the policy.</summary>
internal static class HttpGrievance
{
    /// <summary>Explains it.</summary>
    /// <param name="what">What has happened, an event of the web server.</param>
    /// <param name="error">The error that goes with it.</param>
    /// <returns>Why the client is given up; null for what the stream of a request tells.</returns>
    public static TransportFailure? Of(string what, Exception? error) => error switch
    {
        _ when what == HttpGrievances.TooManyResets => new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError,
            "The client opens and resets requests faster than they can be given up, more than the 100 at a time that HTTP/2 allows it."),
        _ when what == HttpGrievances.TooMuchToSend => new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError,
            "The client has more to be answered than a connection of HTTP/2 may have waiting: it floods, or opens and resets requests faster than they can be given up.") { Error = error },
        null => new TransportFailure(SsPhase.Timeout, SsCauseCode.InactivityTimeout, "The client takes what is sent to it more slowly than min_tx_rate allows.") { Attribute = "min_tx_rate" },
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new TransportFailure(SsPhase.Timeout, SsCauseCode.InactivityTimeout,
            "The client takes longer over the head of its request than header_timeout_ms allows.") { Attribute = "header_timeout_ms", Error = error },
        BadHttpRequestException { StatusCode: StatusCodes.Status431RequestHeaderFieldsTooLarge or StatusCodes.Status414UriTooLong } => TooLarge(error),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => null,
        BadHttpRequestException { Message: var text } when text.Contains("end of request content", StringComparison.OrdinalIgnoreCase) => null,

        // Of HTTP/2, which says it in words alone.
        { Message: var text } when text.Contains("too long", StringComparison.OrdinalIgnoreCase) || text.Contains("too many headers", StringComparison.OrdinalIgnoreCase) => TooLarge(error),
        _ => new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The client breaks the protocol: {OperatorText.Clean(error.Message)}") { Error = error },
    };

    private static TransportFailure TooLarge(Exception error) =>
        new(SsPhase.Payload, SsCauseCode.PayloadTooLarge, "The head of the client's request is larger than max_header_bytes allows.") { Attribute = "max_header_bytes", Error = error };
}
