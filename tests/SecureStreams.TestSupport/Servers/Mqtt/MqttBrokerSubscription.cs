using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>A subscription of a session.</summary>
internal sealed record MqttBrokerSubscription(byte[] Filter, MqttSubscriptionOptions Options, uint Identifier);
