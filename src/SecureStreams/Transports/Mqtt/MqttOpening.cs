using SecureStreams.Network;

namespace SecureStreams.Transports.Mqtt;

/// <summary>What a stream is told of the connection that it got.</summary>
/// <param name="Summary">How it came to be, for operators.</param>
/// <param name="Facts">What is to be said of it, where the policy asks.</param>
/// <param name="Report">The dial, for those that waited for it; null for those that came later.</param>
internal sealed record MqttOpening(SsConnection? Summary, ConnectionFacts? Facts, DialedConnection? Report);
