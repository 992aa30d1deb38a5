using SecureStreams.Policy;

namespace SecureStreams.Transports;

/// <summary>What policies call protocols.</summary>
internal static class ProtocolNames
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
}
