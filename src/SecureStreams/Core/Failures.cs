using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>The failures that the core itself knows.</summary>
internal static class Failures
{
    public static TransportFailure LocalDisconnect() =>
        new(SsPhase.Local, SsCauseCode.LocalDisconnect, "The application asked to disconnect.");

    public static TransportFailure PeerClosed() =>
        new(SsPhase.Peer, SsCauseCode.PeerClosed, "The peer closed the connection.");

    public static TransportFailure HandlerException(Exception? error) =>
        new(SsPhase.Local, SsCauseCode.HandlerException, $"The handler threw {error?.GetType().Name ?? "an exception"}; mend the handler.") { Error = error };

    public static TransportFailure Internal(Exception error) =>
        new(SsPhase.Local, SsCauseCode.InternalError, "The runtime failed; the stream is destroyed. Please report this with the error chain.") { Error = error, Permanent = true };
}
