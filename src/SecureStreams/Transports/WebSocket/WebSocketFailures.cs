using SecureStreams.Codecs.WebSocket;
using SecureStreams.Network;

namespace SecureStreams.Transports.WebSocket;

/// <summary>From what a WebSocket peer does to causes. Pure.</summary>
internal static class WebSocketFailures
{
    private const int TryAgainLater = 1013;
    private const int MaxProblemLength = 400;

    /// <summary>The peer sent a close frame.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="reason">Its reason.</param>
    /// <param name="inMessage">Whether a message had begun and not ended.</param>
    /// <param name="endpoint">The peer.</param>
    public static TransportFailure PeerClosed(int code, ReadOnlySpan<byte> reason, bool inMessage, string? endpoint)
    {
        var said = OperatorText.Clean(WebSocketClosePayload.Describe(code, reason), WebSocketFrame.MaxControlBytes + 40);

        // A code that names a trouble is the reason, and whoever reads it knows that nothing is whole; of the others only the message tells.
        var failure = inMessage && code is (WebSocketCloseCodes.Normal or WebSocketCloseCodes.GoingAway or WebSocketCloseCodes.NoStatus)
            ? new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTruncated, $"The peer closed the connection in the middle of a message, with {said}.")
            : new TransportFailure(SsPhase.Peer, code == TryAgainLater ? SsCauseCode.PeerBusy : SsCauseCode.PeerClosed, $"The peer closed the connection with {said}.") { IsOrderly = !inMessage };
        return failure with
        {
            Status = code,
            PeerText = said,
            Endpoint = endpoint,
        };
    }

    /// <summary>The peer broke the protocol, or a limit of ours.</summary>
    public static TransportFailure Broken(WebSocketViolation violation, string? endpoint)
    {
        var isTooBig = violation.CloseCode == WebSocketCloseCodes.MessageTooBig;
        return new TransportFailure(
            isTooBig ? SsPhase.Payload : SsPhase.Protocol,
            isTooBig ? SsCauseCode.PayloadTooLarge : SsCauseCode.ProtocolError,
            isTooBig
                ? $"The peer sent more than is taken: {violation.Message}; max_message_bytes takes longer ones. It was told with close code {violation.CloseCode}."
                : $"The peer broke the WebSocket protocol: {violation.Message}. It was told with close code {violation.CloseCode}.")
        {
            Status = violation.CloseCode,
            Attribute = isTooBig ? "max_message_bytes" : null,
            Endpoint = endpoint,
        };
    }

    /// <summary>The peer agreed to a connection, and not as it was asked.</summary>
    /// <param name="plan">What was asked.</param>
    /// <param name="problem">What is wrong, in words that follow "the peer".</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="statusLine">Its status line.</param>
    public static TransportFailure BadAnswer(WebSocketPlan plan, string problem, int status, string statusLine) =>
        new(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The upgrade failed: the peer {OperatorText.Clean(problem, MaxProblemLength)}.")
        {
            Status = status,
            Attribute = problem.Contains("subprotocol", StringComparison.Ordinal) ? "ws_subprotocol" : plan.Deflate is not null && problem.Contains("Extensions", StringComparison.Ordinal) ? "ws_deflate" : null,
            PeerText = statusLine,
        };

    /// <summary>The connection ended without a close frame.</summary>
    public static TransportFailure EndedMute(bool inMessage, string? endpoint) => inMessage
        ? new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTruncated, "The peer ended the connection in the middle of a message and without a close frame.") { Endpoint = endpoint }
        : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, "The peer ended the connection without a close frame.") { Endpoint = endpoint };

    /// <summary>The peer did not answer our close frame.</summary>
    public static TransportFailure NotAnswered(string? endpoint) => new(
        SsPhase.Timeout, SsCauseCode.InactivityTimeout, $"The peer did not answer our close frame for {WebSocketDefaults.CloseTimeout.TotalSeconds:0} s.") { Endpoint = endpoint };

    /// <summary>The close code that tells the peer why this side leaves.</summary>
    public static int CloseCode(SsCauseCode because) => because switch
    {
        SsCauseCode.HandlerException or SsCauseCode.InternalError => WebSocketCloseCodes.InternalError,
        SsCauseCode.LocalDestroy or SsCauseCode.StreamTypeRemoved => WebSocketCloseCodes.GoingAway,
        _ => WebSocketCloseCodes.Normal,
    };
}
