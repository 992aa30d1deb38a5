using System.Collections.Immutable;
using SecureStreams.Network;

namespace SecureStreams.Transports.Mqtt;

/// <summary>Where an attempt of one stream leads, after expansion of the policy's symbols.</summary>
/// <param name="Key">Whom it can share a connection with.</param>
/// <param name="Target">The broker.</param>
/// <param name="Filters">What the stream subscribes to; empty for nothing.</param>
internal sealed record MqttAttempt(MqttConnectionKey Key, DialTarget Target, ImmutableArray<MqttFilter> Filters)
{
    /// <summary>The broker as text, for details of failures.</summary>
    public string Endpoint { get; } = EndPointText.Of(Target);
}
