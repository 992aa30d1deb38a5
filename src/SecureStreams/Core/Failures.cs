using System.Globalization;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>The failures that the core itself knows.</summary>
internal static class Failures
{
    public static TransportFailure LocalDisconnect() =>
        new(SsPhase.Local, SsCauseCode.LocalDisconnect, "The application asked to disconnect.");

    public static TransportFailure PeerClosed() =>
        new(SsPhase.Peer, SsCauseCode.PeerClosed, "The peer closed the connection.");

    /// <param name="bound">The bound that has run out.</param>
    /// <param name="asked">Whether the peer was asked for a sign of life.</param>
    /// <param name="attribute">Of the retry scheme: what states the bound.</param>
    /// <param name="endpoint">Where the connection led, if the transport knows.</param>
    public static TransportFailure PeerUnresponsive(Liveness bound, bool asked, string attribute, string? endpoint) =>
        new(
            SsPhase.Timeout,
            SsCauseCode.PeerUnresponsive,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing was heard from the peer for {bound.Hangup.TotalSeconds:0.###} s{(asked ? ", although it was asked for a sign of life" : "")}; check that it is alive, or state a longer svalidhup if it may be silent."))
        {
            Attribute = attribute,
            Endpoint = endpoint,
        };

    /// <param name="bound">What the policy states.</param>
    /// <param name="attribute">Of the retry scheme: what states the bound.</param>
    /// <param name="endpoint">Where the connection led, if the transport knows.</param>
    public static TransportFailure NetworkChanged(Liveness bound, string attribute, string? endpoint) =>
        new(
            SsPhase.Timeout,
            SsCauseCode.PeerUnresponsive,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The network of this machine has changed, and the peer, asked whether it can still be reached, gave no sign of life for {(bound.Hangup - bound.Ping!.Value).TotalSeconds:0.###} s, which svalidhup leaves after svalidping."))
        {
            Attribute = attribute,
            Endpoint = endpoint,
        };

    public static TransportFailure HandlerException(Exception? error) =>
        new(SsPhase.Local, SsCauseCode.HandlerException, $"The handler threw {error?.GetType().Name ?? "an exception"}; mend the handler.") { Error = error };

    /// <param name="streamType">The streamtype.</param>
    /// <param name="isServer">Whether it is there and has become a server, else it is gone.</param>
    public static TransportFailure StreamTypeRemoved(string streamType, bool isServer) =>
        new(SsPhase.Update, SsCauseCode.StreamTypeRemoved, isServer
            ? $"The policy was changed, and streamtype '{streamType}' is a server now; remove \"server\" from it, or dispose the stream."
            : $"The policy was changed, and it has no streamtype '{streamType}' any more; apply a policy that has it, or dispose the stream.") { Permanent = true };

    /// <summary>What a server sees of a client that judges its certificate only when the handshake is over.</summary>
    public static TransportFailure LeftAfterHandshake() =>
        new(SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, "The client ended the connection right after its TLS handshake and said nothing; it may not trust the certificate that it was shown.") { Attribute = "server_cert" };

    /// <param name="streamType">The streamtype.</param>
    public static TransportFailure PolicyChanged(string streamType) =>
        new(SsPhase.Update, SsCauseCode.PolicyChanged, $"The policy of streamtype '{streamType}' was changed so that its connection is another; it goes on under the new policy.");

    public static TransportFailure Internal(Exception error) =>
        new(SsPhase.Local, SsCauseCode.InternalError, "The runtime failed; the stream is destroyed. Please report this with the error chain.") { Error = error, Permanent = true };
}
