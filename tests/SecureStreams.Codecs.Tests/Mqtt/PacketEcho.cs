using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>Writes again what a reader gave, with nothing but what it gave.</summary>
internal static class PacketEcho
{
    /// <summary>The bytes of everything in <paramref name="bytes"/>, which must hold whole packets.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes, MqttPacketReader reader)
    {
        var all = new List<byte>();
        var input = bytes;
        while (true)
        {
            var kind = reader.Read(ref input, out var packet);
            switch (kind)
            {
                case MqttReadKind.NeedMore:
                    return [.. all];
                case MqttReadKind.Violation:
                    throw new InvalidOperationException(reader.Violation!.Message);
                case MqttReadKind.Payload:
                    all.AddRange(packet.Payload);
                    break;
                default:
                    all.AddRange(Write(packet, reader.Version));
                    break;
            }
        }
    }

    /// <summary>One packet, or the head of a PUBLISH. What is measured is what is written, and no byte less will do.</summary>
    public static byte[] Write(MqttPacket packet, MqttVersion version)
    {
        var wanted = Measure(packet, version);
        Assert.True(wanted >= 2, $"{packet.Type} measures {wanted}");
        Assert.False(TryWrite(new byte[wanted - 1], packet, version, out _));
        var bytes = new byte[wanted];
        Assert.True(TryWrite(bytes, packet, version, out var written));
        Assert.Equal(wanted, written);
        return bytes;
    }

    private static int Measure(MqttPacket packet, MqttVersion version) => packet.Type switch
    {
        MqttPacketType.Connect => MqttPacketWriter.MeasureConnect(packet.Connect),
        MqttPacketType.ConnectAck => MqttPacketWriter.MeasureConnectAck(version, packet.Properties),
        MqttPacketType.Publish => MqttPacketWriter.MeasurePublishHead(version, packet.Publish),
        MqttPacketType.Subscribe => MqttPacketWriter.MeasureSubscribe(version, packet.Properties, Subscriptions(packet)),
        MqttPacketType.SubscribeAck => MqttPacketWriter.MeasureSubscribeAck(version, packet.Properties, packet.Reasons),
        MqttPacketType.Unsubscribe => MqttPacketWriter.MeasureUnsubscribe(version, packet.Properties, Filters(packet)),
        MqttPacketType.UnsubscribeAck => MqttPacketWriter.MeasureUnsubscribeAck(version, packet.Properties, packet.Reasons),
        MqttPacketType.PingRequest or MqttPacketType.PingResponse => MqttPacketWriter.EmptyPacketBytes,
        MqttPacketType.Disconnect => MqttPacketWriter.MeasureDisconnect(version, packet.Reason, packet.Properties),
        MqttPacketType.Authenticate => MqttPacketWriter.MeasureAuthenticate(packet.Reason, packet.Properties),
        _ => MqttPacketWriter.MeasureAck(version, packet.Reason, packet.Properties),
    };

    private static bool TryWrite(Span<byte> to, MqttPacket packet, MqttVersion version, out int written) => packet.Type switch
    {
        MqttPacketType.Connect => MqttPacketWriter.TryWriteConnect(to, packet.Connect, out written),
        MqttPacketType.ConnectAck => MqttPacketWriter.TryWriteConnectAck(to, version, packet.SessionPresent, packet.Reason, packet.Properties, out written),
        MqttPacketType.Publish => MqttPacketWriter.TryWritePublishHead(to, version, packet.Publish, out written),
        MqttPacketType.Subscribe => MqttPacketWriter.TryWriteSubscribe(to, version, packet.PacketId, packet.Properties, Subscriptions(packet), out written),
        MqttPacketType.SubscribeAck => MqttPacketWriter.TryWriteSubscribeAck(to, version, packet.PacketId, packet.Properties, packet.Reasons, out written),
        MqttPacketType.Unsubscribe => MqttPacketWriter.TryWriteUnsubscribe(to, version, packet.PacketId, packet.Properties, Filters(packet), out written),
        MqttPacketType.UnsubscribeAck => MqttPacketWriter.TryWriteUnsubscribeAck(to, version, packet.PacketId, packet.Properties, packet.Reasons, out written),
        MqttPacketType.PingRequest => MqttPacketWriter.TryWritePingRequest(to, out written),
        MqttPacketType.PingResponse => MqttPacketWriter.TryWritePingResponse(to, out written),
        MqttPacketType.Disconnect => MqttPacketWriter.TryWriteDisconnect(to, version, packet.Reason, packet.Properties, out written),
        MqttPacketType.Authenticate => MqttPacketWriter.TryWriteAuthenticate(to, packet.Reason, packet.Properties, out written),
        _ => MqttPacketWriter.TryWriteAck(to, version, packet.Type, packet.PacketId, packet.Reason, packet.Properties, out written),
    };

    private static MqttSubscription[] Subscriptions(MqttPacket packet)
    {
        var all = new List<MqttSubscription>();
        foreach (var entry in packet.Subscriptions)
            all.Add(new MqttSubscription(entry.Filter.ToArray(), entry.Options));
        return [.. all];
    }

    private static ReadOnlyMemory<byte>[] Filters(MqttPacket packet)
    {
        var all = new List<ReadOnlyMemory<byte>>();
        foreach (var entry in packet.Subscriptions)
            all.Add(entry.Filter.ToArray());
        return [.. all];
    }
}
