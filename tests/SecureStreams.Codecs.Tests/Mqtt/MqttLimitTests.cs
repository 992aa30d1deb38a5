using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>What is stated is believed only as far as the limits go, and what is held is what has arrived.</summary>
public class MqttLimitTests
{
    private static readonly MqttReaderLimits Small = new() { MaxPacketBytes = 1000, MaxHeadBytes = 100 };

    [Theory]
    [InlineData(MqttVersion.V311, "30 e5 07", 1000)] // A packet of 1000 bytes,
    [InlineData(MqttVersion.V5, "30 e5 07", 1000)]
    public void A_packet_of_the_largest_size_is_taken(MqttVersion version, string hex, int bytes)
    {
        byte[] packet = [.. Hex.Bytes(hex), 0, 1, (byte)'t', .. version == MqttVersion.V5 ? new byte[1] : [], .. new byte[bytes - 3 - 3 - (version == MqttVersion.V5 ? 1 : 0)]];
        Assert.Equal(1000, packet.Length);
        Assert.StartsWith("PUBLISH t q0 (", PacketLog.Read(packet, 7, PacketLog.Connected(MqttRole.Client, version, Small)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30 e6 07")] // and one byte more.
    [InlineData("30 ff ff ff 7f")] // All that the format can say.
    [InlineData("90 65")] // 101 bytes of another packet.
    public void What_is_larger_is_refused_by_its_fixed_header(string hex)
    {
        using var log = new PacketLog(PacketLog.Connected(MqttRole.Client, MqttVersion.V311, Small));
        log.Feed(Hex.Bytes(hex));
        Assert.Equal("violation 95", log.Story);
    }

    [Theory]
    [InlineData(MqttVersion.V311, "30 70 00 63", "violation 95")] // A topic of 99 bytes: with its length 101.
    [InlineData(MqttVersion.V311, "30 70 00 62", "")] // 98 are taken, once they are there.
    [InlineData(MqttVersion.V5, "30 70 00 01 74 61", "violation 95")] // 97 bytes of properties behind three of topic and one of length.
    [InlineData(MqttVersion.V5, "30 70 00 01 74 60", "")]
    public void A_head_that_is_too_long_is_refused_by_what_it_states(MqttVersion version, string hex, string story)
    {
        using var log = new PacketLog(PacketLog.Connected(MqttRole.Client, version, Small));
        foreach (var one in Hex.Bytes(hex))
            log.Feed([one]);
        Assert.Equal(story, log.Story);
    }

    /// <summary>The longest head there is, cut into single bytes, with the limits that are the default.</summary>
    [Fact]
    public void The_longest_topic_is_taken_with_the_default_limits()
    {
        var topic = Enumerable.Repeat((byte)'t', MqttTopics.MaxBytes).ToArray();
        var publish = new MqttPublish { Topic = topic, PayloadBytes = 2 };
        var bytes = new byte[MqttPacketWriter.MeasurePublishHead(MqttVersion.V5, publish) + 2];
        Assert.True(MqttPacketWriter.TryWritePublishHead(bytes, MqttVersion.V5, publish, out _));
        Assert.StartsWith("PUBLISH 65535:", PacketLog.Read(bytes, 1, PacketLog.Connected(MqttRole.Client, MqttVersion.V5, new())), StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_packet_can_say_has_no_measure()
    {
        var tooLong = new byte[65_536];
        Assert.Equal(-1, MqttPacketWriter.MeasurePublishHead(MqttVersion.V311, new() { Topic = tooLong }));
        Assert.Equal(-1, MqttPacketWriter.MeasurePublishHead(MqttVersion.V311, new() { Topic = "t"u8, PayloadBytes = 268_435_455 }));
        Assert.Equal(1 + 4 + 3, MqttPacketWriter.MeasurePublishHead(MqttVersion.V311, new() { Topic = "t"u8, PayloadBytes = 268_435_452 }));
        Assert.Equal(-1, MqttPacketWriter.MeasurePublishHead(MqttVersion.V311, new() { Topic = "t"u8, PayloadBytes = 268_435_453 }));
        Assert.Equal(-1, MqttPacketWriter.MeasurePublishHead(MqttVersion.V5, new() { Topic = "t"u8, PayloadBytes = 268_435_452 }));
        Assert.Equal(-1, MqttPacketWriter.MeasurePublishHead(MqttVersion.V311, new() { Topic = "t"u8, PayloadBytes = -1 }));
        Assert.Equal(-1, MqttPacketWriter.MeasurePublishHead(MqttVersion.V311, new() { Topic = "t"u8, PayloadBytes = int.MaxValue }));
        Assert.False(MqttPacketWriter.TryWritePublishHead(tooLong, MqttVersion.V311, new() { Topic = "t"u8, PayloadBytes = int.MaxValue }, out _));
        Assert.Equal(-1, MqttPacketWriter.MeasureConnect(new() { Version = MqttVersion.V5, ClientId = tooLong }));
        Assert.Equal(-1, MqttPacketWriter.MeasureConnect(new() { Version = MqttVersion.V5, HasWill = true, WillTopic = "t"u8, WillPayload = tooLong }));
        Assert.Equal(-1, MqttPacketWriter.MeasureConnect(new() { Version = MqttVersion.V5, HasUserName = true, UserName = tooLong }));
        Assert.Equal(-1, MqttPacketWriter.MeasureConnect(new() { Version = MqttVersion.V5, HasPassword = true, Password = tooLong }));
        Assert.Equal(-1, MqttPacketWriter.MeasureConnect(new() { Version = MqttVersion.V311, CleanStart = true, HasPassword = true, Password = "p"u8 }));
        Assert.Equal(-1, MqttPacketWriter.MeasureSubscribe(MqttVersion.V311, default, [new(tooLong, default)]));
        Assert.Equal(-1, MqttPacketWriter.MeasureUnsubscribe(MqttVersion.V311, default, [tooLong]));
        Assert.False(MqttPacketWriter.TryWriteConnectAck(tooLong, MqttVersion.V311, false, MqttReasonCode.PacketTooLarge, default, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => MqttPacketWriter.TryWriteAck(new byte[8], MqttVersion.V311, MqttPacketType.Publish, 1, default, default, out _));
    }

    /// <summary>Ten mebibytes pass through without being held.</summary>
    [Fact]
    public void A_large_payload_passes_in_the_pieces_in_which_it_comes()
    {
        const int Size = 10 * 1024 * 1024;
        using var reader = PacketLog.Connected(MqttRole.Client, MqttVersion.V311, new());
        var piece = new byte[16 * 1024];
        var messages = 0;
        Message();
        Assert.Equal(0, Allocated.Least(Message));
        Assert.Equal(4, messages);

        void Message()
        {
            Span<byte> head = stackalloc byte[20];
            MqttPacketWriter.TryWritePublishHead(head, MqttVersion.V311, new() { Topic = "t"u8, PayloadBytes = Size }, out var written);
            ReadOnlySpan<byte> input = head[..written];
            if (reader.Read(ref input, out var packet) != MqttReadKind.Publish || packet.Publish.PayloadBytes != Size || reader.Read(ref input, out _) != MqttReadKind.NeedMore)
                Assert.Fail("The head.");
            for (var at = 0; at < Size; at += piece.Length)
            {
                input = piece;
                var kind = reader.Read(ref input, out packet);
                if (kind != MqttReadKind.Payload || packet.Payload.Length != piece.Length || packet.IsEnd != (at + piece.Length == Size) || !input.IsEmpty)
                    Assert.Fail($"{kind} at {at}");
            }

            messages++;
        }
    }

    [Fact]
    public void Limits_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MqttPacketReader.ForServer(new() { MaxPacketBytes = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => MqttPacketReader.ForServer(new() { MaxHeadBytes = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => MqttPacketReader.ForClient((MqttVersion)3, new()));
        Assert.Throws<ArgumentNullException>(() => MqttPacketReader.ForServer(null!));
    }
}
