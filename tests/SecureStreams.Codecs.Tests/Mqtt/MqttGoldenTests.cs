using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>Bytes put down by hand from the figures and tables of the two standards, what they mean, and that they mean it however they are cut.</summary>
public class MqttGoldenTests
{
    /// <summary>Version, who reads, bytes, meaning. All but CONNECT and CONNACK come after one of those.</summary>
    public static TheoryData<MqttVersion, MqttRole, string, string> Packets { get; } = new()
    {
        { MqttVersion.V311, MqttRole.Server, "30 05 00 03 61 2f 62", "PUBLISH a/b q0 (0) = ; " },
        { MqttVersion.V311, MqttRole.Client, "3d 09 00 03 61 2f 62 00 0a 68 69", "PUBLISH a/b q2 #10 retain dup (2) = hi; " },
        { MqttVersion.V5, MqttRole.Client, "32 0a 00 03 61 2f 62 00 0a 00 68 69", "PUBLISH a/b q1 #10 (2) = hi; " },
        { MqttVersion.V5, MqttRole.Client, "30 0d 00 01 74 08 01 01 02 00 00 00 3c 78", "violation 81" },
        { MqttVersion.V311, MqttRole.Client, "40 02 12 34", "PUBACK #4660; " },
        { MqttVersion.V5, MqttRole.Client, "40 03 12 34 10", "PUBACK #4660 10; " },
        { MqttVersion.V311, MqttRole.Client, "50 02 00 01", "PUBREC #1; " },
        { MqttVersion.V311, MqttRole.Client, "62 02 00 01", "PUBREL #1; " },
        { MqttVersion.V311, MqttRole.Client, "70 02 ff ff", "PUBCOMP #65535; " },
        { MqttVersion.V311, MqttRole.Server, "82 0e 00 0a 00 03 61 2f 62 01 00 03 63 2f 64 02", "SUBSCRIBE #10 a/b:q1r0 c/d:q2r0; " },
        { MqttVersion.V311, MqttRole.Client, "90 05 00 0a 00 02 80", "SUBACK #10 [00] [02] [80]; " },
        { MqttVersion.V311, MqttRole.Server, "a2 0c 00 0a 00 03 61 2f 62 00 03 63 2f 64", "UNSUBSCRIBE #10 a/b c/d; " },
        { MqttVersion.V311, MqttRole.Client, "b0 02 00 0a", "UNSUBACK #10; " },
        { MqttVersion.V311, MqttRole.Server, "c0 00", "PINGREQ; " },
        { MqttVersion.V311, MqttRole.Client, "d0 00", "PINGRESP; " },
        { MqttVersion.V311, MqttRole.Server, "e0 00", "DISCONNECT; " },
        { MqttVersion.V5, MqttRole.Client, "e0 01 8e", "DISCONNECT 8E; " },
    };

    [Theory]
    [MemberData(nameof(Packets))]
    public void Packets_mean_what_the_standard_says_however_they_are_cut(MqttVersion version, MqttRole reader, string hex, string story)
    {
        var bytes = Hex.Bytes(hex);
        for (var step = 1; step <= bytes.Length; step++)
            Assert.Equal(story, PacketLog.Read(bytes, step, PacketLog.Connected(reader, version)));
    }

    [Fact]
    public void A_connect_of_the_standard_is_read_and_written()
    {
        // Figure 3.6 of MQTT 3.1.1: user name and password, a will with QoS 1, a clean session, ten seconds; with fields of our own after it.
        var bytes = Hex.Bytes("10 1b 00 04 4d 51 54 54 04 ce 00 0a 00 01 63 00 01 77 00 02 6d 73 00 01 75 00 02 70 77");
        Assert.Equal("CONNECT V311 'c' 10s clean will w=ms q1 user 'u' password 'pw'; ", PacketLog.Read(bytes, 1, MqttPacketReader.ForServer(PacketLog.Limits)));
        var connect = new MqttConnect
        {
            Version = MqttVersion.V311,
            CleanStart = true,
            KeepAliveSeconds = 10,
            ClientId = "c"u8,
            HasWill = true,
            WillTopic = "w"u8,
            WillPayload = "ms"u8,
            WillQos = MqttQos.AtLeastOnce,
            HasUserName = true,
            UserName = "u"u8,
            HasPassword = true,
            Password = "pw"u8,
        };
        var written = new byte[MqttPacketWriter.MeasureConnect(connect)];
        Assert.True(MqttPacketWriter.TryWriteConnect(written, connect, out var count));
        Assert.Equal(written.Length, count);
        Assert.Equal(bytes, written);
        Assert.False(MqttPacketWriter.TryWriteConnect(written.AsSpan(1), connect, out _));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        Span<byte> space = stackalloc byte[200];
        var properties = new MqttPropertyWriter(stackalloc byte[100]);
        Assert.True(properties.TryAdd(MqttPropertyId.PayloadFormatIndicator, 1));
        Assert.True(properties.TryAdd(MqttPropertyId.MessageExpiryInterval, 60));
        Assert.True(properties.TryAdd(MqttPropertyId.ContentType, "text/plain"u8));
        Assert.True(properties.TryAdd(MqttPropertyId.SubscriptionIdentifier, 300));
        Assert.True(properties.TryAddUserProperty("k"u8, "v"u8));
        var publish = new MqttPublish { Topic = "a/b"u8, Qos = MqttQos.ExactlyOnce, PacketId = 7, Retain = true, Properties = new MqttProperties(properties.Written), PayloadBytes = 3 };
        Assert.True(MqttPacketWriter.TryWritePublishHead(space, MqttVersion.V5, publish, out var written));
        Assert.Equal(MqttPacketWriter.MeasurePublishHead(MqttVersion.V5, publish), written);
        "abc"u8.CopyTo(space[written..]);
        Assert.Equal(
            "PUBLISH a/b q2 #7 retain {1=1 2=60 3=0:text/plain 11=300 38=0k:v } (3) = abc; ",
            PacketLog.Read(space[..(written + 3)], 1, PacketLog.Connected(MqttRole.Client, MqttVersion.V5)));
    }
}
