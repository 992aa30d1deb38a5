using System.Buffers.Binary;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>What stands between the fixed header and the payload of a PUBLISH: topic, packet identifier, properties.</summary>
internal static class MqttPublishHead
{
    /// <summary>How many bytes it has, as far as its beginning tells.</summary>
    /// <param name="begun">Its first bytes; none is read beyond the packet's end, which is checked.</param>
    /// <param name="flags">The flags of the fixed header.</param>
    /// <param name="remaining">How many bytes follow the fixed header.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="bytes">How many bytes it has, or at least has where more of it must be seen to tell.</param>
    /// <returns>Why it is refused, or null.</returns>
    public static MqttViolation? Measure(ReadOnlySpan<byte> begun, byte flags, int remaining, MqttVersion version, out int bytes)
    {
        bytes = 2;
        if (begun.Length >= 2)
        {
            bytes += BinaryPrimitives.ReadUInt16BigEndian(begun) + ((flags & 0x06) != 0 ? 2 : 0);
            if (version == MqttVersion.V5)
            {
                var at = bytes++;
                if (begun.Length > at)
                {
                    var taken = MqttVariable.Read(begun[at..], out var properties);
                    if (taken < 0)
                        return Malformed("has a length of its properties in a form that is none");
                    bytes = taken == 0 ? begun.Length + 1 : at + taken + properties;
                }
            }
        }

        return bytes > remaining ? Malformed($"has a remaining length of {remaining}, and ends within its topic, packet identifier or properties") : null;
    }

    /// <summary>Reads it.</summary>
    /// <param name="head">All of it.</param>
    /// <param name="flags">The flags of the fixed header.</param>
    /// <param name="payloadBytes">How many bytes follow it.</param>
    /// <param name="reader">Which side reads.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="topicAliasMaximum">The highest topic alias that is taken.</param>
    /// <param name="packet">What was read.</param>
    /// <returns>Why it is refused, or null.</returns>
    public static MqttViolation? Read(
        ReadOnlySpan<byte> head, byte flags, int payloadBytes, MqttRole reader, MqttVersion version, int topicAliasMaximum, out MqttPacket packet)
    {
        packet = default;
        var cursor = new MqttCursor(head);
        ushort id = 0;
        if (!cursor.TryBinary(out var topic) || ((flags & 0x06) != 0 && !cursor.TryTwoBytes(out id)))
            return Malformed("ends within its topic or packet identifier");
        if ((flags & 0x06) != 0 && id == 0)
            return new MqttViolation(MqttReasonCode.ProtocolError, "PUBLISH has packet identifier 0");
        ReadOnlySpan<byte> properties = default;
        var alias = 0u;
        if (version == MqttVersion.V5)
        {
            if (MqttPropertyRules.Take(ref cursor, MqttPropertyPlaces.Publish, reader, out properties) is { } refused)
                return refused;
            if (!properties.IsEmpty)
                alias = new MqttProperties(properties).NumberOr(MqttPropertyId.TopicAlias, 0);
            if (alias > topicAliasMaximum)
                return new MqttViolation(MqttReasonCode.TopicAliasInvalid, $"PUBLISH has topic alias {alias}, and {topicAliasMaximum} is the highest that was allowed");
        }

        if (topic.IsEmpty)
        {
            if (version == MqttVersion.V5 && alias == 0)
                return new MqttViolation(MqttReasonCode.ProtocolError, "PUBLISH has neither topic nor topic alias");
            if (version == MqttVersion.V311)
                return new MqttViolation(MqttReasonCode.TopicNameInvalid, "PUBLISH has a topic that is empty");
        }
        else if (!MqttTexts.IsText(topic))
        {
            return Malformed("has a topic that is not UTF-8 or has U+0000 in it");
        }
        else if (MqttTopics.HasWildcard(topic))
        {
            return new MqttViolation(MqttReasonCode.TopicNameInvalid, $"PUBLISH has a topic that {MqttTopics.NameProblem(topic)}");
        }

        packet = new MqttPacket
        {
            Type = MqttPacketType.Publish,
            Flags = flags,
            PacketId = id,
            Properties = new MqttProperties(properties),
            Body = topic,
            PayloadBytes = payloadBytes,
        };
        return null;
    }

    private static MqttViolation Malformed(string what) => new(MqttReasonCode.MalformedPacket, $"PUBLISH {what}");
}
