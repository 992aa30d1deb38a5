using SecureStreams.Policy;

namespace SecureStreams.Transports.LocalSink;

/// <summary>Why connections inside the process fail.</summary>
internal static class LocalSinkFailures
{
    public static TransportFailure NoSink(StreamTypePolicy policy) =>
        new(SsPhase.Connect, SsCauseCode.NoLocalSink, $"Streamtype '{policy.Name}' is served inside the process, and nobody serves it now; call CreateListener(\"{policy.Name}\", ...).") { Attribute = "local_sink" };

    public static TransportFailure Refused(StreamTypePolicy policy) =>
        new(SsPhase.Peer, SsCauseCode.PeerRefused, $"The sink of streamtype '{policy.Name}' refused the stream.") { Attribute = "local_sink" };

    public static TransportFailure TimedOut(TransportSetup setup) =>
        new(SsPhase.Timeout, SsCauseCode.ConnectTimeout, $"The sink of streamtype '{setup.Policy.Name}' did not accept within {setup.ConnectTimeout.TotalSeconds:0.###} s.") { Attribute = "connect_timeout_ms" };

    public static TransportFailure SourceGone(TransportSetup setup) =>
        new(SsPhase.Peer, SsCauseCode.PeerClosed, $"The source of streamtype '{setup.Policy.Name}' gave up before it was accepted.");

    public static TransportFailure CutShort(TransportSetup setup) =>
        new(SsPhase.Payload, SsCauseCode.PayloadTruncated, $"The other end of the '{setup.Policy.Name}' stream closed in the middle of a message.");
}
