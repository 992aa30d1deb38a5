using SecureStreams.Policy;

namespace SecureStreams.Transports;

/// <summary>Stands in for a protocol that this build has no transport for: the attempt fails at once with a cause that names it.</summary>
internal sealed class UnsupportedTransport(TransportSetup setup) : FailingTransport(setup, Failure(setup.Policy))
{
    /// <summary>The name a policy has for a protocol.</summary>
    public static string NameOf(WireProtocol protocol) => protocol switch
    {
        WireProtocol.H1 => "h1",
        WireProtocol.H2 => "h2",
        WireProtocol.H3 => "h3",
        WireProtocol.WebSocket => "ws",
        WireProtocol.Mqtt => "mqtt",
        _ => "raw",
    };

    private static TransportFailure Failure(StreamTypePolicy policy) => new(
        SsPhase.Policy,
        SsCauseCode.NotSupported,
        $"Streamtype '{policy.Name}' asks for protocol '{NameOf(policy.Protocol)}', which this build or platform does not provide; use another protocol for it.")
    {
        Permanent = true,
        Attribute = "protocol",
    };
}
