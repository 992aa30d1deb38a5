namespace SecureStreams.Codecs.Mqtt;

/// <summary>What a reader takes. All of it is checked against what the fixed header and the lengths in a packet state, before any of it is held.</summary>
public sealed record MqttReaderLimits
{
    /// <summary>The largest packet that the format can state: a fixed header of 5 bytes and 268,435,455 bytes after it.</summary>
    public const int LargestPacketBytes = MqttPacketWriter.MaxRemainingBytes + MqttPacketWriter.MaxFixedHeaderBytes;

    /// <summary>
    /// The largest packet that is taken, in bytes with its fixed header, as the property Maximum Packet Size of MQTT 5 counts it. Payload of PUBLISH is never held, so a large value
    /// costs no memory here. Default: <see cref="LargestPacketBytes"/>.
    /// </summary>
    public int MaxPacketBytes { get; init; } = LargestPacketBytes;

    /// <summary>
    /// The largest part of a packet that must be seen at once, and is held where it arrives in pieces: of PUBLISH what stands before its payload, of other packets all after the
    /// fixed header. In bytes; default 128 KiB, which has room for the longest topic.
    /// </summary>
    public int MaxHeadBytes { get; init; } = 128 * 1024;

    /// <summary>The highest topic alias that a PUBLISH may carry: what this side stated as Topic Alias Maximum (MQTT 5 section 3.1.2.11.5). Default 0: none.</summary>
    public int TopicAliasMaximum { get; init; }
}
