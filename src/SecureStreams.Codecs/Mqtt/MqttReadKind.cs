namespace SecureStreams.Codecs.Mqtt;

/// <summary>What <see cref="MqttPacketReader"/> found.</summary>
public enum MqttReadKind
{
    /// <summary>Nothing yet: the input is used up.</summary>
    NeedMore,

    /// <summary>A whole packet of any kind but PUBLISH.</summary>
    Packet,

    /// <summary>The head of a PUBLISH: see <see cref="MqttPacket.Publish"/>. Its payload follows as one or more of <see cref="Payload"/>, also where it is empty.</summary>
    Publish,

    /// <summary>A piece of the payload of the PUBLISH before: see <see cref="MqttPacket.Payload"/> and <see cref="MqttPacket.IsEnd"/>.</summary>
    Payload,

    /// <summary>The peer broke the protocol: see <see cref="MqttPacketReader.Violation"/>. Nothing is read any more.</summary>
    Violation,
}
