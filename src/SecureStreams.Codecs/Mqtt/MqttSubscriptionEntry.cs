namespace SecureStreams.Codecs.Mqtt;

/// <summary>A filter of a SUBSCRIBE or UNSUBSCRIBE that was read.</summary>
public readonly ref struct MqttSubscriptionEntry
{
    /// <summary>The topic filter, UTF-8. Lies in the packet.</summary>
    public ReadOnlySpan<byte> Filter { get; internal init; }

    /// <summary>What it asks for; nothing in UNSUBSCRIBE.</summary>
    public MqttSubscriptionOptions Options { get; internal init; }
}
