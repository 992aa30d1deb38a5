using SecureStreams.Policy;

namespace SecureStreams.Transports.Http;

/// <summary>Which HTTP a streamtype speaks. Pure.</summary>
internal static class HttpProtocolChoice
{
    /// <summary>The protocol of the policy; where that is h3, which needs QUIC, what the policy names in its place, or why there is nothing to speak.</summary>
    public static (WireProtocol Protocol, TransportFailure? Unavailable) Of(StreamTypePolicy policy)
    {
        if (policy.Protocol != WireProtocol.H3)
            return (policy.Protocol, null);
        if (policy.Find("protocol_fallback") is { Value.Text: var other })
            return (other == "h1" ? WireProtocol.H1 : WireProtocol.H2, null);
        return (WireProtocol.H3, new TransportFailure(
            SsPhase.Policy,
            SsCauseCode.NotSupported,
            $"Streamtype '{policy.Name}' asks for protocol 'h3', and this release has no QUIC to carry it (the platform's comes with libmsquic and is not used); say \"protocol_fallback\": \"h2\", or use protocol h2.")
        {
            Permanent = true,
            Attribute = "protocol",
        });
    }
}
