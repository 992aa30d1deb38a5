namespace SecureStreams.Codecs.Mqtt;

/// <summary>How a peer broke the protocol.</summary>
/// <param name="Reason">What a DISCONNECT of MQTT 5 says of it. MQTT 3.1.1 has no way to say it: the connection is closed.</param>
/// <param name="Message">What it was, with the values that it was about, in words that can follow "the peer broke the protocol:". Holds no payload and no credentials.</param>
public sealed record MqttViolation(MqttReasonCode Reason, string Message);
