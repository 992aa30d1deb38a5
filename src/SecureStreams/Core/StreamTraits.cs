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
        TakesBody = !policy.LocalSink && !isUpgraded && IsHttp(policy) && (policy.Server || (policy.Http is { Method: var method } && TakesBody(method) && !EndsWithHead(policy))),
        Acknowledges = !policy.LocalSink && ((!isUpgraded && IsHttp(policy)) || (policy.Protocol == WireProtocol.Mqtt && policy.Find("mqtt_qos") is { Value.Number: > 0 })),
        CanHalfClose = policy.LocalSink || policy.Protocol == WireProtocol.Raw,
        ReceiveWatermarkHigh = policy.ReceiveWatermarkHigh,
        ReceiveWatermarkLow = policy.ReceiveWatermarkLow,
        TransmitWatermarkHigh = policy.TransmitWatermarkHigh,
    };

    /// <summary>Whether a request of this method can have a body. Methods are compared as the platform compares them, which sends <c>get</c> as GET.</summary>
    public static bool TakesBody(string method) =>
        !method.Equals("GET", StringComparison.OrdinalIgnoreCase) && !method.Equals("HEAD", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the answer stays open and what is to be said goes with other requests, which needs a connection that is shared.</summary>
    private static bool EndsWithHead(StreamTypePolicy policy) => policy.LongPoll &&
        (policy.Protocol == WireProtocol.H2 || (policy.Protocol == WireProtocol.H3 && policy.Find("protocol_fallback") is not { Value.Text: "h1" }));

    private static bool IsHttp(StreamTypePolicy policy) => policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3;
}
