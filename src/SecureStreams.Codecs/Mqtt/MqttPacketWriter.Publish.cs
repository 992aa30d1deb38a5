namespace SecureStreams.Codecs.Mqtt;

/// <content>PUBLISH and what answers it.</content>
public static partial class MqttPacketWriter
{
    /// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP without reason and properties.</summary>
    public const int PlainAckBytes = 4;

    /// <summary>How many bytes stand before the payload of a PUBLISH; -1 for one that cannot be: a topic longer than 65,535 bytes, or a packet longer than the format has room for.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="publish">The message.</param>
    public static int MeasurePublishHead(MqttVersion version, in MqttPublish publish)
    {
        var whole = Whole(PublishRemaining(version, publish));
        return whole < 0 ? TooLong : whole - publish.PayloadBytes;
    }

    /// <summary>Writes what stands before the payload of a PUBLISH; the payload of <see cref="MqttPublish.PayloadBytes"/> goes after it, in any pieces.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="publish">The message. With QoS 0 it has no packet identifier and is no duplicate.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWritePublishHead(Span<byte> destination, MqttVersion version, in MqttPublish publish, out int written)
    {
        written = 0;
        var remaining = PublishRemaining(version, publish);
        var whole = Whole(remaining);
        if (whole < 0 || destination.Length < whole - publish.PayloadBytes)
            return false;
        var acknowledged = publish.Qos != MqttQos.AtMostOnce;
        var flags = ((int)publish.Qos << 1) | (publish.Retain ? 1 : 0) | (publish.Duplicate && acknowledged ? 8 : 0);
        var at = PutFixedHeader(destination, MqttPacketType.Publish, flags, (int)remaining);
        at += PutBinary(destination[at..], publish.Topic);
        if (acknowledged)
            at += PutId(destination[at..], publish.PacketId);
        written = at + PutSection(destination[at..], version, publish.Properties);
        return true;
    }

    /// <summary>How many bytes a PUBACK, PUBREC, PUBREL or PUBCOMP takes; -1 for one that cannot be.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="reason">The reason; MQTT 3.1.1 cannot say it.</param>
    /// <param name="properties">Its properties.</param>
    public static int MeasureAck(MqttVersion version, MqttReasonCode reason, MqttProperties properties) => Whole(2 + ReasonedRemaining(version, reason, properties));

    /// <summary>Writes a PUBACK, PUBREC, PUBREL or PUBCOMP.</summary>
    /// <param name="destination">Where it goes; <see cref="PlainAckBytes"/> are enough without reason and properties.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="type">Which of them.</param>
    /// <param name="packetId">The message.</param>
    /// <param name="reason">The reason; MQTT 3.1.1 cannot say it, and MQTT 5 leaves a success out.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the four.</exception>
    public static bool TryWriteAck(
        Span<byte> destination, MqttVersion version, MqttPacketType type, ushort packetId, MqttReasonCode reason, MqttProperties properties, out int written)
    {
        if (type is < MqttPacketType.PublishAck or > MqttPacketType.PublishComplete)
            throw new ArgumentOutOfRangeException(nameof(type), type, "It does not answer a PUBLISH.");
        written = 0;
        var reasoned = ReasonedRemaining(version, reason, properties);
        var whole = Whole(2 + reasoned);
        if (whole < 0 || destination.Length < whole)
            return false;
        var at = PutFixedHeader(destination, type, type == MqttPacketType.PublishRelease ? 2 : 0, 2 + (int)reasoned);
        at += PutId(destination[at..], packetId);
        if (reasoned > 0)
            destination[at++] = (byte)reason;
        if (reasoned > 1)
            at += PutSection(destination[at..], version, properties);
        written = at;
        return true;
    }

    private static long PublishRemaining(MqttVersion version, in MqttPublish publish) =>
        publish.Topic.Length > MqttTexts.MaxBytes || publish.PayloadBytes < 0
            ? TooLong
            : 2 + publish.Topic.Length + (publish.Qos == MqttQos.AtMostOnce ? 0 : 2) + Section(version, publish.Properties) + publish.PayloadBytes;
}
