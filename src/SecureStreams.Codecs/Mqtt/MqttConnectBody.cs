namespace SecureStreams.Codecs.Mqtt;

/// <summary>Reads what follows the fixed header of a CONNECT, and checks all of it.</summary>
internal static class MqttConnectBody
{
    /// <summary>The protocol name of both versions. That of MQTT 3.1 was another.</summary>
    public static ReadOnlySpan<byte> ProtocolName => "MQTT"u8;

    /// <summary>Reads it.</summary>
    /// <returns>Why it is refused, or null.</returns>
    public static MqttViolation? Read(ReadOnlySpan<byte> body, out MqttConnect connect)
    {
        connect = default;
        var cursor = new MqttCursor(body);
        if (!cursor.TryBinary(out var name) || !cursor.TryByte(out var level))
            return Malformed("ends within the name and level of the protocol");
        if (!name.SequenceEqual(ProtocolName) || level is not ((byte)MqttVersion.V311 or (byte)MqttVersion.V5))
            return Refused(MqttReasonCode.UnsupportedProtocolVersion, $"states {(name.SequenceEqual(ProtocolName) ? "" : "another protocol than MQTT, at ")}level {level}; 4 (MQTT 3.1.1) and 5 are spoken here");
        var version = (MqttVersion)level;
        if (!cursor.TryByte(out var flags) || !cursor.TryTwoBytes(out var keepAlive))
            return Malformed("ends within its flags and keep-alive");
        if (JudgeFlags(flags, version) is { } wrong)
            return wrong;

        ReadOnlySpan<byte> properties = default;
        if (version == MqttVersion.V5 && MqttPropertyRules.Take(ref cursor, MqttPropertyPlaces.Connect, MqttRole.Server, out properties) is { } refused)
            return refused;
        var clean = (flags & 0x02) != 0;
        if (!cursor.TryBinary(out var clientId))
            return Malformed("ends within its client identifier");
        if (!MqttTexts.IsText(clientId))
            return Malformed("has a client identifier that is not UTF-8 or has U+0000 in it");
        if (clientId.IsEmpty && !clean && version == MqttVersion.V311)
            return Refused(MqttReasonCode.ClientIdentifierNotValid, "has no client identifier and asks for a session that is kept");

        ReadOnlySpan<byte> willProperties = default;
        ReadOnlySpan<byte> willTopic = default;
        ReadOnlySpan<byte> willPayload = default;
        var hasWill = (flags & 0x04) != 0;
        if (hasWill)
        {
            if (version == MqttVersion.V5 && MqttPropertyRules.Take(ref cursor, MqttPropertyPlaces.Will, MqttRole.Server, out willProperties) is { } refusedWill)
                return refusedWill;
            if (!cursor.TryBinary(out willTopic) || !cursor.TryBinary(out willPayload))
                return Malformed("ends within its will");
            if (!MqttTexts.IsText(willTopic))
                return Malformed("has a topic of its will that is not UTF-8 or has U+0000 in it");
            if (MqttTopics.NameProblem(willTopic) is { } problem)
                return Refused(MqttReasonCode.TopicNameInvalid, $"has a topic of its will that {problem}");
        }

        ReadOnlySpan<byte> user = default;
        ReadOnlySpan<byte> password = default;
        if ((flags & 0x80) != 0)
        {
            if (!cursor.TryBinary(out user))
                return Malformed("ends within its user name");
            if (!MqttTexts.IsText(user))
                return Malformed("has a user name that is not UTF-8 or has U+0000 in it");
        }

        if ((flags & 0x40) != 0 && !cursor.TryBinary(out password))
            return Malformed("ends within its password");
        if (!cursor.IsEmpty)
            return Malformed($"goes on after its last field, for {MqttPacketBody.Count(cursor.Rest.Length)}");
        connect = new MqttConnect
        {
            Version = version,
            CleanStart = clean,
            KeepAliveSeconds = keepAlive,
            ClientId = clientId,
            Properties = new MqttProperties(properties),
            HasWill = hasWill,
            WillTopic = willTopic,
            WillPayload = willPayload,
            WillQos = (MqttQos)((flags >> 3) & 3),
            WillRetain = (flags & 0x20) != 0,
            WillProperties = new MqttProperties(willProperties),
            HasUserName = (flags & 0x80) != 0,
            UserName = user,
            HasPassword = (flags & 0x40) != 0,
            Password = password,
        };
        return null;
    }

    private static MqttViolation? JudgeFlags(byte flags, MqttVersion version)
    {
        if ((flags & 0x01) != 0)
            return Malformed("has its reserved flag set");
        if ((flags & 0x04) == 0 && (flags & 0x38) != 0)
            return Malformed("has flags of a will and no will");
        if ((flags & 0x18) == 0x18)
            return Malformed("has a will with QoS 3");
        return version == MqttVersion.V311 && (flags & 0xC0) == 0x40 ? Malformed("has a password and no user name") : null;
    }

    private static MqttViolation Malformed(string what) => Refused(MqttReasonCode.MalformedPacket, what);

    private static MqttViolation Refused(MqttReasonCode reason, string what) => new(reason, $"CONNECT {what}");
}
