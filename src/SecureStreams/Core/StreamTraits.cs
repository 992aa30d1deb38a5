using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>What a policy makes of a stream.</summary>
internal static class StreamTraits
{
    /// <param name="policy">The policy.</param>
    /// <param name="isUpgraded">Whether a request that a server of HTTP accepted has become a ws connection.</param>
    public static SsStreamTraits Of(StreamTypePolicy policy, bool isUpgraded = false) => new()
    {
        // A local sink has no wire protocol, whatever the policy names.
        HasMessages = policy.LocalSink || policy.Protocol != WireProtocol.Raw,
        IsTransactional = !policy.LocalSink && !isUpgraded && IsHttp(policy),
        Acknowledges = !policy.LocalSink && ((!isUpgraded && IsHttp(policy)) || (policy.Protocol == WireProtocol.Mqtt && policy.Find("mqtt_qos") is { Value.Number: > 0 })),
        CanHalfClose = policy.LocalSink || policy.Protocol == WireProtocol.Raw,
        ReceiveWatermarkHigh = policy.ReceiveWatermarkHigh,
        ReceiveWatermarkLow = policy.ReceiveWatermarkLow,
        TransmitWatermarkHigh = policy.TransmitWatermarkHigh,
    };

    private static bool IsHttp(StreamTypePolicy policy) => policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3;
}
