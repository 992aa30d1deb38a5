using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>What a policy makes of a stream.</summary>
internal static class StreamTraits
{
    public static SsStreamTraits Of(StreamTypePolicy policy) => new()
    {
        // A local sink has no wire protocol, whatever the policy names.
        HasMessages = policy.LocalSink || policy.Protocol != WireProtocol.Raw,
        IsTransactional = !policy.LocalSink && IsHttp(policy),
        Acknowledges = !policy.LocalSink && (IsHttp(policy) || (policy.Protocol == WireProtocol.Mqtt && policy.Find("mqtt_qos") is { Value.Number: > 0 })),
        CanHalfClose = policy.LocalSink || policy.Protocol == WireProtocol.Raw,
        ReceiveWatermarkHigh = policy.ReceiveWatermarkHigh,
        ReceiveWatermarkLow = policy.ReceiveWatermarkLow,
        TransmitWatermarkHigh = policy.TransmitWatermarkHigh,
    };

    private static bool IsHttp(StreamTypePolicy policy) => policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3;
}
