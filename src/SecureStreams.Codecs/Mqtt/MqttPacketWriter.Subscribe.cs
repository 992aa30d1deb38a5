using System.Runtime.InteropServices;

namespace SecureStreams.Codecs.Mqtt;

/// <content>SUBSCRIBE, UNSUBSCRIBE and what answers them.</content>
public static partial class MqttPacketWriter
{
    /// <summary>How many bytes a SUBSCRIBE takes; -1 for one that cannot be.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="subscriptions">The filters, at least one.</param>
    public static int MeasureSubscribe(MqttVersion version, MqttProperties properties, ReadOnlySpan<MqttSubscription> subscriptions) =>
        Whole(SubscribeRemaining(version, properties, subscriptions));

    /// <summary>Writes a SUBSCRIBE.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="version">The version of the connection; MQTT 3.1.1 knows no option but the QoS.</param>
    /// <param name="packetId">Its packet identifier, not 0.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="subscriptions">The filters, at least one.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWriteSubscribe(
        Span<byte> destination, MqttVersion version, ushort packetId, MqttProperties properties, ReadOnlySpan<MqttSubscription> subscriptions, out int written)
    {
        var remaining = SubscribeRemaining(version, properties, subscriptions);
        if (!TryBeginSubscribe(destination, MqttPacketType.Subscribe, version, packetId, properties, remaining, out written))
            return false;
        foreach (var subscription in subscriptions)
        {
            written += PutBinary(destination[written..], subscription.Filter.Span);
            destination[written++] = subscription.Options.Encode(version);
        }

        return true;
    }

    /// <summary>How many bytes an UNSUBSCRIBE takes; -1 for one that cannot be.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="filters">The filters, at least one.</param>
    public static int MeasureUnsubscribe(MqttVersion version, MqttProperties properties, ReadOnlySpan<ReadOnlyMemory<byte>> filters) =>
        Whole(UnsubscribeRemaining(version, properties, filters));

    /// <summary>Writes an UNSUBSCRIBE.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packetId">Its packet identifier, not 0.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="filters">The filters, at least one.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWriteUnsubscribe(
        Span<byte> destination, MqttVersion version, ushort packetId, MqttProperties properties, ReadOnlySpan<ReadOnlyMemory<byte>> filters, out int written)
    {
        var remaining = UnsubscribeRemaining(version, properties, filters);
        if (!TryBeginSubscribe(destination, MqttPacketType.Unsubscribe, version, packetId, properties, remaining, out written))
            return false;
        foreach (var filter in filters)
            written += PutBinary(destination[written..], filter.Span);
        return true;
    }

    /// <summary>How many bytes a SUBACK takes; -1 for one that cannot be.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="reasons">One for each filter.</param>
    public static int MeasureSubscribeAck(MqttVersion version, MqttProperties properties, ReadOnlySpan<MqttReasonCode> reasons) =>
        Whole(2 + Section(version, properties) + reasons.Length);

    /// <summary>Writes a SUBACK.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="version">The version of the connection; in MQTT 3.1.1 every failure is 0x80.</param>
    /// <param name="packetId">That of the SUBSCRIBE.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="reasons">One for each filter.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWriteSubscribeAck(
        Span<byte> destination, MqttVersion version, ushort packetId, MqttProperties properties, ReadOnlySpan<MqttReasonCode> reasons, out int written)
    {
        var remaining = 2 + Section(version, properties) + reasons.Length;
        if (!TryBeginSubscribe(destination, MqttPacketType.SubscribeAck, version, packetId, properties, remaining, out written))
            return false;
        foreach (var reason in reasons)
            destination[written++] = version == MqttVersion.V311 && MqttReasonCodes.IsError(reason) ? (byte)MqttReasonCode.UnspecifiedError : (byte)reason;
        return true;
    }

    /// <summary>How many bytes an UNSUBACK takes; -1 for one that cannot be.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="reasons">One for each filter; MQTT 3.1.1 cannot say them.</param>
    public static int MeasureUnsubscribeAck(MqttVersion version, MqttProperties properties, ReadOnlySpan<MqttReasonCode> reasons) =>
        Whole(2 + Section(version, properties) + (version == MqttVersion.V5 ? reasons.Length : 0));

    /// <summary>Writes an UNSUBACK.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="packetId">That of the UNSUBSCRIBE.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="reasons">One for each filter; MQTT 3.1.1 cannot say them.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWriteUnsubscribeAck(
        Span<byte> destination, MqttVersion version, ushort packetId, MqttProperties properties, ReadOnlySpan<MqttReasonCode> reasons, out int written)
    {
        if (version == MqttVersion.V311)
            reasons = default;
        var remaining = 2 + Section(version, properties) + reasons.Length;
        if (!TryBeginSubscribe(destination, MqttPacketType.UnsubscribeAck, version, packetId, properties, remaining, out written))
            return false;
        MemoryMarshal.AsBytes(reasons).CopyTo(destination[written..]);
        written += reasons.Length;
        return true;
    }

    private static long SubscribeRemaining(MqttVersion version, MqttProperties properties, ReadOnlySpan<MqttSubscription> subscriptions)
    {
        var bytes = 2 + Section(version, properties);
        foreach (var subscription in subscriptions)
        {
            if (subscription.Filter.Length > MqttTexts.MaxBytes)
                return TooLong;
            bytes += 3 + subscription.Filter.Length;
        }

        return bytes;
    }

    private static long UnsubscribeRemaining(MqttVersion version, MqttProperties properties, ReadOnlySpan<ReadOnlyMemory<byte>> filters)
    {
        var bytes = 2 + Section(version, properties);
        foreach (var filter in filters)
        {
            if (filter.Length > MqttTexts.MaxBytes)
                return TooLong;
            bytes += 2 + filter.Length;
        }

        return bytes;
    }

    /// <summary>The fixed header, the packet identifier and the properties of one of the four.</summary>
    private static bool TryBeginSubscribe(
        Span<byte> destination, MqttPacketType type, MqttVersion version, ushort packetId, MqttProperties properties, long remaining, out int written)
    {
        written = 0;
        var whole = Whole(remaining);
        if (whole < 0 || destination.Length < whole)
            return false;
        written = PutFixedHeader(destination, type, type is MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? 2 : 0, (int)remaining);
        written += PutId(destination[written..], packetId);
        written += PutSection(destination[written..], version, properties);
        return true;
    }
}
