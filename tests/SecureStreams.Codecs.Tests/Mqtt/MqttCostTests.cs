using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>What happens for every message allocates nothing.</summary>
public class MqttCostTests
{
    private const int Times = 10_000;

    [Theory]
    [InlineData(MqttVersion.V311, MqttQos.AtMostOnce, int.MaxValue)]
    [InlineData(MqttVersion.V311, MqttQos.AtLeastOnce, int.MaxValue)]
    [InlineData(MqttVersion.V5, MqttQos.AtMostOnce, int.MaxValue)]
    [InlineData(MqttVersion.V5, MqttQos.AtLeastOnce, int.MaxValue)]
    [InlineData(MqttVersion.V5, MqttQos.AtLeastOnce, 5)]
    public void A_message_is_read_without_allocation(MqttVersion version, MqttQos qos, int step)
    {
        using var reader = PacketLog.Connected(MqttRole.Client, version);
        var properties = new MqttPropertyWriter(stackalloc byte[40]);
        properties.TryAddUserProperty("k"u8, "v"u8);
        properties.TryAdd(MqttPropertyId.TopicAlias, 3);
        var bytes = new byte[200];
        var publish = new MqttPublish { Topic = "sensors/kitchen"u8, Qos = qos, PacketId = 1, Properties = new(properties.Written), PayloadBytes = 64 };
        Assert.True(MqttPacketWriter.TryWritePublishHead(bytes, version, publish, out var written));
        MqttPacketWriter.TryWriteAck(bytes.AsSpan(written + 64), version, MqttPacketType.PublishAck, 7, default, default, out var ack);
        var length = written + 64 + ack;
        var taken = 0;
        Run();
        taken = 0;
        Assert.Equal(0, Allocated.Least(Run));
        Assert.Equal(3 * Times * 2, taken);

        void Run()
        {
            for (var i = 0; i < Times; i++)
            {
                for (var at = 0; at < length; at += Math.Min(step, length))
                {
                    ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(step, length - at));
                    while (reader.Read(ref input, out var packet) is not MqttReadKind.NeedMore and var kind)
                    {
                        if (kind == MqttReadKind.Publish && packet.Publish.Topic.Length == 15)
                            taken++;
                        else if (kind == MqttReadKind.Packet && packet.PacketId == 7)
                            taken++;
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public void A_message_is_written_without_allocation(MqttVersion version)
    {
        var bytes = new byte[200];
        var properties = new byte[40];
        long sum = 0;
        Run();
        sum = 0;
        Assert.Equal(0, Allocated.Least(Run));
        Assert.Equal(3 * Times * (version == MqttVersion.V5 ? 2L + 17 + 2 + 1 + 7 + 4 : 2L + 17 + 2 + 4), sum);

        void Run()
        {
            for (var i = 0; i < Times; i++)
            {
                var writer = new MqttPropertyWriter(properties);
                writer.TryAddUserProperty("k"u8, "v"u8);
                var publish = new MqttPublish { Topic = "sensors/kitchen"u8, Qos = MqttQos.AtLeastOnce, PacketId = 1, Properties = new(writer.Written), PayloadBytes = 64 };
                if (MqttPacketWriter.MeasurePublishHead(version, publish) > bytes.Length || !MqttPacketWriter.TryWritePublishHead(bytes, version, publish, out var written)
                    || !MqttPacketWriter.TryWriteAck(bytes, version, MqttPacketType.PublishAck, 1, default, default, out var ack))
                    break;
                sum += written + ack;
            }
        }
    }

    [Fact]
    public void Topics_are_matched_without_allocation()
    {
        var matches = 0;
        Run();
        matches = 0;
        Assert.Equal(0, Allocated.Least(Run));
        Assert.Equal(3 * Times, matches);

        void Run()
        {
            for (var i = 0; i < Times; i++)
                matches += MqttTopics.Matches("sensors/+/temperature/#"u8, "sensors/kitchen/temperature"u8) && MqttTopics.NameProblem("sensors/kitchen"u8) is null ? 1 : 0;
        }
    }
}
