namespace SecureStreams.Codecs.Mqtt;

/// <content>CONNECT, CONNACK, DISCONNECT and AUTH.</content>
public static partial class MqttPacketWriter
{
    /// <summary>How many bytes a CONNECT takes; -1 for one that cannot be.</summary>
    /// <param name="connect">What it says. A password without user name cannot be in MQTT 3.1.1.</param>
    public static int MeasureConnect(in MqttConnect connect) => Whole(ConnectRemaining(connect));

    /// <summary>Writes a CONNECT.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="connect">What it says.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWriteConnect(Span<byte> destination, in MqttConnect connect, out int written)
    {
        written = 0;
        var whole = MeasureConnect(connect);
        if (whole < 0 || destination.Length < whole)
            return false;
        var at = PutFixedHeader(destination, MqttPacketType.Connect, 0, (int)ConnectRemaining(connect));
        at += PutBinary(destination[at..], MqttConnectBody.ProtocolName);
        destination[at++] = (byte)connect.Version;
        destination[at++] = (byte)((connect.CleanStart ? 0x02 : 0)
            | (connect.HasWill ? 0x04 | ((int)connect.WillQos << 3) | (connect.WillRetain ? 0x20 : 0) : 0)
            | (connect.HasPassword ? 0x40 : 0)
            | (connect.HasUserName ? 0x80 : 0));
        at += PutId(destination[at..], connect.KeepAliveSeconds);
        at += PutSection(destination[at..], connect.Version, connect.Properties);
        at += PutBinary(destination[at..], connect.ClientId);
        if (connect.HasWill)
        {
            at += PutSection(destination[at..], connect.Version, connect.WillProperties);
            at += PutBinary(destination[at..], connect.WillTopic);
            at += PutBinary(destination[at..], connect.WillPayload);
        }

        if (connect.HasUserName)
            at += PutBinary(destination[at..], connect.UserName);
        if (connect.HasPassword)
            at += PutBinary(destination[at..], connect.Password);
        written = at;
        return true;
    }

    /// <summary>How many bytes a CONNACK takes; -1 for one that cannot be.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="properties">Its properties.</param>
    public static int MeasureConnectAck(MqttVersion version, MqttProperties properties) => Whole(2 + Section(version, properties));

    /// <summary>Writes a CONNACK.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="sessionPresent">Whether there is a session for the client; only with success.</param>
    /// <param name="reason">Success, or why the client is refused.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits, and the reason has a return code in MQTT 3.1.1 (<see cref="MqttReasonCodes.ToReturnCode"/>).</returns>
    public static bool TryWriteConnectAck(
        Span<byte> destination, MqttVersion version, bool sessionPresent, MqttReasonCode reason, MqttProperties properties, out int written)
    {
        written = 0;
        var whole = MeasureConnectAck(version, properties);
        var code = version == MqttVersion.V5 ? (byte)reason : MqttReasonCodes.ToReturnCode(reason);
        if (whole < 0 || destination.Length < whole || code is null)
            return false;
        var at = PutFixedHeader(destination, MqttPacketType.ConnectAck, 0, 2 + (int)Section(version, properties));
        destination[at++] = sessionPresent ? (byte)1 : (byte)0;
        destination[at++] = code.Value;
        written = at + PutSection(destination[at..], version, properties);
        return true;
    }

    /// <summary>How many bytes a DISCONNECT takes; -1 for one that cannot be.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="reason">The reason; MQTT 3.1.1 cannot say it.</param>
    /// <param name="properties">Its properties.</param>
    public static int MeasureDisconnect(MqttVersion version, MqttReasonCode reason, MqttProperties properties) => Whole(ReasonedRemaining(version, reason, properties));

    /// <summary>Writes a DISCONNECT.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="reason">The reason; MQTT 3.1.1 cannot say it, and MQTT 5 leaves a success out.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWriteDisconnect(Span<byte> destination, MqttVersion version, MqttReasonCode reason, MqttProperties properties, out int written) =>
        TryWriteReasoned(destination, MqttPacketType.Disconnect, version, reason, properties, out written);

    /// <summary>How many bytes an AUTH takes; -1 for one that cannot be.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="properties">Its properties, of which the authentication method must be one.</param>
    public static int MeasureAuthenticate(MqttReasonCode reason, MqttProperties properties) => Whole(ReasonedRemaining(MqttVersion.V5, reason, properties));

    /// <summary>Writes an AUTH, which MQTT 5 alone has.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="properties">Its properties, of which the authentication method must be one.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits and can be.</returns>
    public static bool TryWriteAuthenticate(Span<byte> destination, MqttReasonCode reason, MqttProperties properties, out int written) =>
        TryWriteReasoned(destination, MqttPacketType.Authenticate, MqttVersion.V5, reason, properties, out written);

    private static long ConnectRemaining(in MqttConnect connect)
    {
        if (connect.ClientId.Length > MqttTexts.MaxBytes || (connect.HasPassword && !connect.HasUserName && connect.Version == MqttVersion.V311))
            return TooLong;
        var bytes = 10 + Section(connect.Version, connect.Properties) + 2 + connect.ClientId.Length;
        if (connect.HasWill)
        {
            if (connect.WillTopic.Length > MqttTexts.MaxBytes || connect.WillPayload.Length > MqttTexts.MaxBytes)
                return TooLong;
            bytes += Section(connect.Version, connect.WillProperties) + 4 + connect.WillTopic.Length + connect.WillPayload.Length;
        }

        if ((connect.HasUserName && connect.UserName.Length > MqttTexts.MaxBytes) || (connect.HasPassword && connect.Password.Length > MqttTexts.MaxBytes))
            return TooLong;
        return bytes + (connect.HasUserName ? 2 + connect.UserName.Length : 0) + (connect.HasPassword ? 2 + connect.Password.Length : 0);
    }

    private static long ReasonedRemaining(MqttVersion version, MqttReasonCode reason, MqttProperties properties)
    {
        if (version == MqttVersion.V311 || (reason == MqttReasonCode.Success && properties.IsEmpty))
            return 0;
        return properties.IsEmpty ? 1 : 1 + Section(version, properties);
    }

    private static bool TryWriteReasoned(
        Span<byte> destination, MqttPacketType type, MqttVersion version, MqttReasonCode reason, MqttProperties properties, out int written)
    {
        written = 0;
        var remaining = ReasonedRemaining(version, reason, properties);
        var whole = Whole(remaining);
        if (whole < 0 || destination.Length < whole)
            return false;
        var at = PutFixedHeader(destination, type, 0, (int)remaining);
        if (remaining > 0)
            destination[at++] = (byte)reason;
        if (remaining > 1)
            at += PutSection(destination[at..], version, properties);
        written = at;
        return true;
    }
}
