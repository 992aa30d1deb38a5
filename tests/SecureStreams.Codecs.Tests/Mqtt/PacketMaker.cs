using System.Diagnostics.CodeAnalysis;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>Makes packets that a peer may send, of every kind, and spoils them.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Packets must repeat from the printed seed.")]
internal sealed class PacketMaker
{
    /// <summary>What <see cref="Make"/> writes at most.</summary>
    public const int MostBytes = 4096;

    private static readonly byte[][] Topics = [.. new[] { "a", "a/b", "sensors/kitchen/temperature", "$SYS/x", "Gr\u00fc\u00dfe/\u4f60", "/", "x//y" }.Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly byte[][] Filters = [.. new[] { "a", "#", "+/b", "a/+/c/#", "$share/g/a/#", "/", "$SYS/#" }.Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly MqttReasonCode[] Codes = Enum.GetValues<MqttReasonCode>();
    private static readonly MqttPropertyId[] Ids = Enum.GetValues<MqttPropertyId>();

    private readonly byte[] _properties = new byte[600];
    private readonly byte[] _others = new byte[600];
    private readonly MqttSubscription[] _subscriptions = new MqttSubscription[4];
    private readonly ReadOnlyMemory<byte>[] _filters = new ReadOnlyMemory<byte>[4];
    private readonly MqttReasonCode[] _reasons = new MqttReasonCode[8];

    /// <summary>A packet that a reader on this side may get, once it is connected.</summary>
    /// <returns>How many bytes it has.</returns>
    public int Make(Span<byte> to, MqttRole reader, MqttVersion version, Random random)
    {
        while (true)
        {
            var type = (MqttPacketType)random.Next(3, 16);
            if (TryMake(to, type, reader, version, random, out var written))
                return written;
        }
    }

    /// <summary>The CONNECT or CONNACK with which a connection begins.</summary>
    /// <returns>How many bytes it has.</returns>
    public int MakeFirst(Span<byte> to, MqttRole reader, MqttVersion version, Random random)
    {
        if (reader == MqttRole.Client)
        {
            var reason = random.Next(4) == 0 ? MqttReasonCode.NotAuthorized : MqttReasonCode.Success;
            MqttPacketWriter.TryWriteConnectAck(to, version, reason == 0 && random.Next(2) == 0, reason, Properties(_properties, MqttPropertyPlaces.ConnectAck, version, random), out var bytes);
            return bytes;
        }

        var connect = new MqttConnect
        {
            Version = version,
            CleanStart = true,
            KeepAliveSeconds = (ushort)random.Next(65536),
            ClientId = Topics[random.Next(Topics.Length)],
            Properties = Properties(_properties, MqttPropertyPlaces.Connect, version, random),
            HasWill = random.Next(2) == 0,
            WillTopic = Topics[random.Next(Topics.Length)],
            WillPayload = Filters[random.Next(Filters.Length)],
            WillQos = (MqttQos)random.Next(3),
            WillRetain = random.Next(2) == 0,
            WillProperties = Properties(_others, MqttPropertyPlaces.Will, version, random),
            HasUserName = true,
            UserName = Topics[random.Next(Topics.Length)],
            HasPassword = random.Next(2) == 0,
            Password = Filters[random.Next(Filters.Length)],
        };
        MqttPacketWriter.TryWriteConnect(to, connect, out var written);
        return written;
    }

    /// <summary>Changes a few bytes: flips bits, takes out, puts in, repeats.</summary>
    /// <param name="bytes">Where they are; half of it must be free.</param>
    /// <param name="length">How many they are.</param>
    /// <param name="random">By which chance.</param>
    /// <returns>How many they are now; at least 1.</returns>
    public static int Spoil(Span<byte> bytes, int length, Random random)
    {
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            // Most is decided in the first bytes of a packet.
            var at = random.Next(3) == 0 ? random.Next(Math.Min(length, 6)) : random.Next(length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    var cut = Math.Min(random.Next(1, 9), length - at);
                    bytes[(at + cut)..length].CopyTo(bytes[at..]);
                    length -= cut;
                    break;
                case 3:
                    bytes[at..length].CopyTo(bytes[(at + 1)..]);
                    bytes[at] = (byte)random.Next(256);
                    length++;
                    break;
                default:
                    var again = Math.Min(random.Next(1, 30), length - at);
                    bytes[at..length].CopyTo(bytes[(at + again)..]);
                    length += again;
                    break;
            }

            if (length == 0)
                bytes[length++] = (byte)random.Next(256);
        }

        return length;
    }

    private bool TryMake(Span<byte> to, MqttPacketType type, MqttRole reader, MqttVersion version, Random random, out int written)
    {
        written = 0;
        var isForServer = reader == MqttRole.Server;
        var id = (ushort)random.Next(1, 65536);
        var properties = version == MqttVersion.V5 ? Properties(_properties, (MqttPropertyPlaces)(1 << (int)type), version, random, isForServer) : default;
        switch (type)
        {
            case MqttPacketType.Publish:
                var qos = (MqttQos)random.Next(3);
                var publish = new MqttPublish
                {
                    Topic = Topics[random.Next(Topics.Length)],
                    Qos = qos,
                    PacketId = id,
                    Retain = random.Next(2) == 0,
                    Duplicate = random.Next(4) == 0,
                    Properties = properties,
                    PayloadBytes = random.Next(8) == 0 ? random.Next(300) : random.Next(40),
                };
                MqttPacketWriter.TryWritePublishHead(to, version, publish, out written);
                random.NextBytes(to.Slice(written, publish.PayloadBytes));
                written += publish.PayloadBytes;
                return true;
            case MqttPacketType.PublishAck or MqttPacketType.PublishReceived or MqttPacketType.PublishRelease or MqttPacketType.PublishComplete:
                return MqttPacketWriter.TryWriteAck(to, version, type, id, Reason(type, random), properties, out written);
            case MqttPacketType.Subscribe when isForServer:
                var subscriptions = _subscriptions.AsSpan(0, random.Next(1, 5));
                foreach (ref var one in subscriptions)
                    one = new MqttSubscription(Filters[random.Next(Filters.Length)], new() { Qos = (MqttQos)random.Next(3), RetainAsPublished = random.Next(2) == 0, RetainHandling = (MqttRetainHandling)random.Next(3) });
                return MqttPacketWriter.TryWriteSubscribe(to, version, id, properties, subscriptions, out written);
            case MqttPacketType.Unsubscribe when isForServer:
                var filters = _filters.AsSpan(0, random.Next(1, 5));
                foreach (ref var one in filters)
                    one = Filters[random.Next(Filters.Length)];
                return MqttPacketWriter.TryWriteUnsubscribe(to, version, id, properties, filters, out written);
            case MqttPacketType.SubscribeAck or MqttPacketType.UnsubscribeAck when !isForServer:
                var reasons = _reasons.AsSpan(0, random.Next(1, 9));
                foreach (ref var one in reasons)
                    one = Reason(type, random);
                return type == MqttPacketType.SubscribeAck
                    ? MqttPacketWriter.TryWriteSubscribeAck(to, version, id, properties, reasons, out written)
                    : MqttPacketWriter.TryWriteUnsubscribeAck(to, version, id, properties, reasons, out written);
            case MqttPacketType.PingRequest when isForServer:
                return MqttPacketWriter.TryWritePingRequest(to, out written);
            case MqttPacketType.PingResponse when !isForServer:
                return MqttPacketWriter.TryWritePingResponse(to, out written);
            case MqttPacketType.Disconnect when (isForServer || version == MqttVersion.V5) && random.Next(8) == 0:
                return MqttPacketWriter.TryWriteDisconnect(to, version, Reason(type, random), properties, out written);
            case MqttPacketType.Authenticate when version == MqttVersion.V5:
                return MqttPacketWriter.TryWriteAuthenticate(to, MqttReasonCode.ContinueAuthentication, properties, out written);
            default:
                return false;
        }
    }

    private static MqttReasonCode Reason(MqttPacketType type, Random random)
    {
        if (random.Next(2) == 0)
            return MqttReasonCode.Success;
        while (true)
        {
            var code = Codes[random.Next(Codes.Length)];
            if (MqttReasonCodes.MayStandIn(code, type) && code is not (MqttReasonCode.DisconnectWithWill or MqttReasonCode.ReAuthenticate))
                return code;
        }
    }

    /// <summary>Each that may stand there with a small chance, in any order that the table of identifiers has; and what must stand there.</summary>
    private static MqttProperties Properties(Span<byte> space, MqttPropertyPlaces place, MqttVersion version, Random random, bool isForServer = true)
    {
        if (version == MqttVersion.V311)
            return default;
        var writer = new MqttPropertyWriter(space);
        if (place == MqttPropertyPlaces.Authenticate)
            writer.TryAdd(MqttPropertyId.AuthenticationMethod, "m"u8);
        if (random.Next(2) == 0)
            return new MqttProperties(writer.Written);
        foreach (var id in Ids)
        {
            if ((MqttPropertyTable.PlacesOf(id) & place) == 0 || random.Next(3) != 0 || id is MqttPropertyId.AuthenticationMethod or MqttPropertyId.AuthenticationData)
                continue;
            if ((id == MqttPropertyId.SubscriptionIdentifier && place == MqttPropertyPlaces.Publish && isForServer)
                || (id is MqttPropertyId.SessionExpiryInterval && place == MqttPropertyPlaces.Disconnect && !isForServer)
                || (id is MqttPropertyId.ServerReference && place == MqttPropertyPlaces.Disconnect && isForServer))
                continue;
            switch (MqttPropertyTable.FormOf((int)id))
            {
                case MqttPropertyForm.Byte:
                    writer.TryAdd(id, (uint)random.Next(2));
                    break;
                case MqttPropertyForm.TwoBytes:
                    writer.TryAdd(id, (uint)random.Next(1, id == MqttPropertyId.TopicAlias ? 11 : 65536));
                    break;
                case MqttPropertyForm.FourBytes or MqttPropertyForm.Variable:
                    writer.TryAdd(id, (uint)random.Next(1, 1 << random.Next(1, 28)));
                    break;
                case MqttPropertyForm.TextPair:
                    for (var count = random.Next(1, 4); count > 0; count--)
                        writer.TryAddUserProperty(Topics[random.Next(Topics.Length)], Topics[random.Next(Topics.Length)]);
                    break;
                default:
                    writer.TryAdd(id, Topics[random.Next(Topics.Length)]);
                    break;
            }
        }

        return new MqttProperties(writer.Written);
    }
}
