namespace SecureStreams.Codecs.Mqtt;

/// <summary>A filter of a SUBSCRIBE to write.</summary>
/// <param name="Filter">The topic filter, UTF-8, without problem (<see cref="MqttTopics.FilterProblem"/>).</param>
/// <param name="Options">What it asks for.</param>
public readonly record struct MqttSubscription(ReadOnlyMemory<byte> Filter, MqttSubscriptionOptions Options);
