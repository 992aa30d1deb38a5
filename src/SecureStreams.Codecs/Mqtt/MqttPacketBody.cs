using System.Runtime.InteropServices;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>Reads what follows the fixed header of a whole packet of any kind but PUBLISH, and checks all of it.</summary>
internal static class MqttPacketBody
{
    /// <summary>Reads it.</summary>
    /// <param name="type">Its kind, which this side may receive.</param>
    /// <param name="body">All after the fixed header.</param>
    /// <param name="reader">Which side reads.</param>
    /// <param name="version">The version of the connection; CONNECT states its own.</param>
    /// <param name="packet">What was read.</param>
    /// <returns>Why it is refused, or null.</returns>
    public static MqttViolation? Read(MqttPacketType type, ReadOnlySpan<byte> body, MqttRole reader, MqttVersion version, out MqttPacket packet)
    {
        packet = default;
        switch (type)
        {
            case MqttPacketType.Connect:
                var refused = MqttConnectBody.Read(body, out var connect);
                packet = new MqttPacket { Type = type, Body = body, Properties = connect.Properties };
                return refused;
            case MqttPacketType.ConnectAck:
                return ConnectAck(body, version, out packet);
            case MqttPacketType.PublishAck or MqttPacketType.PublishReceived or MqttPacketType.PublishRelease or MqttPacketType.PublishComplete:
                return PublishAck(type, body, reader, version, out packet);
            case MqttPacketType.Subscribe or MqttPacketType.Unsubscribe:
                return Subscribe(type, body, reader, version, out packet);
            case MqttPacketType.SubscribeAck or MqttPacketType.UnsubscribeAck:
                return SubscribeAck(type, body, reader, version, out packet);
            case MqttPacketType.Disconnect or MqttPacketType.Authenticate when version == MqttVersion.V5:
                return Reasoned(type, body, reader, out packet);
            default:
                packet = new MqttPacket { Type = type };
                return body.IsEmpty ? null : Malformed(type, $"has a remaining length of {body.Length}, and its own is 0");
        }
    }

    private static MqttViolation? ConnectAck(ReadOnlySpan<byte> body, MqttVersion version, out MqttPacket packet)
    {
        const MqttPacketType Type = MqttPacketType.ConnectAck;
        packet = default;
        var cursor = new MqttCursor(body);
        if (!cursor.TryByte(out var flags) || !cursor.TryByte(out var code))
            return Malformed(Type, "ends within its flags and code");
        if ((flags & 0xFE) != 0)
            return Malformed(Type, $"has reserved flags set (0x{flags:X2})");

        var reason = (MqttReasonCode)code;
        ReadOnlySpan<byte> properties = default;
        if (version == MqttVersion.V5)
        {
            if (!MqttReasonCodes.MayStandIn(reason, Type))
                return OddReason(Type, code);
            if (MqttPropertyRules.Take(ref cursor, MqttPropertyPlaces.ConnectAck, MqttRole.Client, out properties) is { } refused)
                return refused;
        }
        else if (MqttReasonCodes.FromReturnCode(code) is { } mapped)
        {
            reason = mapped;
        }
        else
        {
            return Malformed(Type, $"has return code {code}, which is reserved");
        }

        if (!cursor.IsEmpty)
            return Trailing(Type, cursor.Rest.Length);
        if (flags != 0 && reason != MqttReasonCode.Success)
            return Wrong(Type, $"refuses the connection ({MqttReasonCodes.Describe(reason)}) and says that a session is present");
        packet = new MqttPacket { Type = Type, Reason = reason, SessionPresent = flags != 0, Properties = new MqttProperties(properties) };
        return null;
    }

    private static MqttViolation? PublishAck(MqttPacketType type, ReadOnlySpan<byte> body, MqttRole reader, MqttVersion version, out MqttPacket packet)
    {
        packet = default;
        var cursor = new MqttCursor(body);
        if (!cursor.TryTwoBytes(out var id))
            return Malformed(type, "ends within its packet identifier");
        if (id == 0)
            return Wrong(type, "has packet identifier 0");
        byte code = 0;
        ReadOnlySpan<byte> properties = default;
        if (version == MqttVersion.V5 && cursor.TryByte(out code))
        {
            if (!MqttReasonCodes.MayStandIn((MqttReasonCode)code, type))
                return OddReason(type, code);

            // The length of the properties may be left out when there are none (section 3.4.2.2.1).
            if (!cursor.IsEmpty && MqttPropertyRules.Take(ref cursor, PlaceOf(type), reader, out properties) is { } refused)
                return refused;
        }

        if (!cursor.IsEmpty)
            return Trailing(type, cursor.Rest.Length);
        packet = new MqttPacket { Type = type, PacketId = id, Reason = (MqttReasonCode)code, Properties = new MqttProperties(properties) };
        return null;
    }

    private static MqttViolation? Subscribe(MqttPacketType type, ReadOnlySpan<byte> body, MqttRole reader, MqttVersion version, out MqttPacket packet)
    {
        packet = default;
        var cursor = new MqttCursor(body);
        if (!cursor.TryTwoBytes(out var id))
            return Malformed(type, "ends within its packet identifier");
        if (id == 0)
            return Wrong(type, "has packet identifier 0");
        ReadOnlySpan<byte> properties = default;
        if (version == MqttVersion.V5 && MqttPropertyRules.Take(ref cursor, PlaceOf(type), reader, out properties) is { } refused)
            return refused;
        var entries = cursor.Rest;
        if (entries.IsEmpty)
            return Wrong(type, "has no topic filter");
        while (!cursor.IsEmpty)
        {
            byte options = 0;
            if (!cursor.TryBinary(out var filter) || (type == MqttPacketType.Subscribe && !cursor.TryByte(out options)))
                return Malformed(type, "ends within a topic filter or before its options");
            if (!MqttTexts.IsText(filter))
                return Malformed(type, "has a topic filter that is not UTF-8 or has U+0000 in it");
            if (MqttTopics.FilterProblem(filter) is { } problem)
                return new MqttViolation(MqttReasonCode.TopicFilterInvalid, $"{MqttPacketNames.Of(type)} has a topic filter that {problem}");
            if (JudgeOptions(options, filter, version) is { } wrong)
                return wrong;
        }

        packet = new MqttPacket { Type = type, PacketId = id, Properties = new MqttProperties(properties), Body = entries };
        return null;
    }

    private static MqttViolation? JudgeOptions(byte options, ReadOnlySpan<byte> filter, MqttVersion version)
    {
        const MqttPacketType Type = MqttPacketType.Subscribe;
        if ((options & (version == MqttVersion.V5 ? 0xC0 : 0xFC)) != 0)
            return Malformed(Type, $"has options with reserved bits set (0x{options:X2})");
        if ((options & 3) == 3)
            return Malformed(Type, "asks for QoS 3");
        if ((options & 0x30) == 0x30)
            return Wrong(Type, "asks for handling of retained messages 3");
        return (options & 4) != 0 && MqttTopics.TrySplitShared(filter, out _, out _) ? Wrong(Type, "asks for a shared subscription without messages of its own") : null;
    }

    private static MqttViolation? SubscribeAck(MqttPacketType type, ReadOnlySpan<byte> body, MqttRole reader, MqttVersion version, out MqttPacket packet)
    {
        packet = default;
        var cursor = new MqttCursor(body);
        if (!cursor.TryTwoBytes(out var id))
            return Malformed(type, "ends within its packet identifier");
        if (id == 0)
            return Wrong(type, "has packet identifier 0");
        ReadOnlySpan<byte> properties = default;
        if (version == MqttVersion.V5 && MqttPropertyRules.Take(ref cursor, PlaceOf(type), reader, out properties) is { } refused)
            return refused;
        var codes = cursor.Rest;
        if (version == MqttVersion.V311 && type == MqttPacketType.UnsubscribeAck)
        {
            if (!codes.IsEmpty)
                return Trailing(type, codes.Length);
        }
        else
        {
            if (codes.IsEmpty)
                return Malformed(type, "has no code for any filter");
            foreach (var code in MemoryMarshal.Cast<byte, MqttReasonCode>(codes))
            {
                if (!(version == MqttVersion.V5 ? MqttReasonCodes.MayStandIn(code, type) : (byte)code is 0 or 1 or 2 or 0x80))
                    return OddReason(type, (byte)code);
            }
        }

        packet = new MqttPacket { Type = type, PacketId = id, Properties = new MqttProperties(properties), Body = codes };
        return null;
    }

    /// <summary>DISCONNECT and AUTH of MQTT 5: a reason code and properties, which may both be left out.</summary>
    private static MqttViolation? Reasoned(MqttPacketType type, ReadOnlySpan<byte> body, MqttRole reader, out MqttPacket packet)
    {
        packet = default;
        var cursor = new MqttCursor(body);
        ReadOnlySpan<byte> properties = default;
        if (cursor.TryByte(out var code))
        {
            var reason = (MqttReasonCode)code;
            if (!MqttReasonCodes.MayStandIn(reason, type))
                return OddReason(type, code);
            if (reader == MqttRole.Client && reason is MqttReasonCode.DisconnectWithWill or MqttReasonCode.ReAuthenticate)
                return Wrong(type, $"has reason code {MqttReasonCodes.Describe(reason)}, which servers do not send");
            if (!cursor.IsEmpty && MqttPropertyRules.Take(ref cursor, PlaceOf(type), reader, out properties) is { } refused)
                return refused;
            if (!cursor.IsEmpty)
                return Trailing(type, cursor.Rest.Length);
        }

        packet = new MqttPacket { Type = type, Reason = (MqttReasonCode)code, Properties = new MqttProperties(properties) };
        if (type == MqttPacketType.Authenticate && !body.IsEmpty && !packet.Properties.TryFind(MqttPropertyId.AuthenticationMethod, out _))
            return Wrong(type, "has no authentication method");
        return null;
    }

    private static MqttPropertyPlaces PlaceOf(MqttPacketType type) => (MqttPropertyPlaces)(1 << (int)type);

    private static MqttViolation OddReason(MqttPacketType type, byte code) => Wrong(type, $"has reason code {MqttReasonCodes.Describe((MqttReasonCode)code)}, which has no place in it");

    internal static string Count(int bytes) => bytes == 1 ? "1 byte" : $"{bytes} bytes";

    private static MqttViolation Trailing(MqttPacketType type, int bytes) => Malformed(type, $"goes on after its last field, for {Count(bytes)}");

    private static MqttViolation Malformed(MqttPacketType type, string what) => new(MqttReasonCode.MalformedPacket, $"{MqttPacketNames.Of(type)} {what}");

    private static MqttViolation Wrong(MqttPacketType type, string what) => new(MqttReasonCode.ProtocolError, $"{MqttPacketNames.Of(type)} {what}");
}
