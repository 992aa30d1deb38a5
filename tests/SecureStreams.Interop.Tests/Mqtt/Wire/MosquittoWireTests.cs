using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Interop.Tests.Mqtt.Brokers;

namespace SecureStreams.Interop.Tests.Mqtt.Wire;

/// <summary>Every packet that a client sends, written by the codec, against mosquitto; and every answer, read by it. With every property that both sides have.</summary>
public class MosquittoWireTests(MosquittoFixture mosquitto)
{
    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V5)]
    public async Task Mosquitto_takes_every_packet_and_its_answers_are_read(MqttVersion version)
    {
        var isNew = version == MqttVersion.V5;
        var topic = MosquittoFixture.Unique("wire");
        using var client = new WireClient(version);
        await client.ConnectAsync(mosquitto.Broker.Ports.Plain);
        await client.SendAsync((Span<byte> to, out int written) => Connect(to, version, topic, out written));
        var accepted = await client.NextAsync();
        Assert.Equal(MqttPacketType.ConnectAck, accepted!.Type);
        Assert.Equal(isNew, accepted.Text.Length > 0);

        var subscription = new MqttSubscriptionOptions { Qos = MqttQos.ExactlyOnce, RetainAsPublished = true };
        await client.SendAsync((Span<byte> to, out int written) => MqttPacketWriter.TryWriteSubscribe(
            to, version, 9, SubscriptionProperties(version), [new(Utf8($"{topic}/+"), subscription), new(Utf8($"$share/group/{topic}-shared/#"), new() { Qos = MqttQos.AtLeastOnce })], out written));
        Assert.Equal(["SUBACK 02 01"], await client.NextAsync(1));

        // The topic itself once, then the number for it.
        var properties = isNew
            ? " SubscriptionIdentifier=268435455 ContentType=:text/plain ResponseTopic=:r/e CorrelationData=:\0\u0001 PayloadFormatIndicator=1 UserProperty=k:v UserProperty=k:größe MessageExpiryInterval=100"
            : "";
        for (var qos = 0; qos <= 2; qos++)
        {
            await client.SendAsync(
                (Span<byte> to, out int written) => Publish(to, version, isNew && qos > 0 ? "" : $"{topic}/a", (MqttQos)qos, (ushort)(100 + qos), out written), $"payload {qos}");
            string[] answers = qos switch { 0 => [], 1 => ["PUBACK"], _ => ["PUBCOMP", "PUBREC", "PUBREL"] };
            string[] expected = [.. answers, $"PUBLISH {topic}/a q{qos}{(isNew && qos == 1 ? " retain" : "")}{properties} = payload {qos}"];
            Assert.Equal(expected.Order(StringComparer.Ordinal), await client.NextAsync(expected.Length));
        }

        await client.SendAsync(MqttPacketWriter.TryWritePingRequest);
        Assert.Equal(["PINGRESP"], await client.NextAsync(1));
        await client.SendAsync((Span<byte> to, out int written) => MqttPacketWriter.TryWriteUnsubscribe(to, version, 10, UserProperty(version), [Utf8($"{topic}/+"), Utf8("none")], out written));
        Assert.Equal([isNew ? "UNSUBACK 00 11" : "UNSUBACK"], await client.NextAsync(1));

        // The will is published all the same in the one version, and not in the other.
        using var heir = new WireClient(version);
        await heir.ConnectAsync(mosquitto.Broker.Ports.Plain);
        await heir.SendAsync((Span<byte> to, out int written) => Connect(to, version, topic + "-heir", out written));
        Assert.Equal(MqttPacketType.ConnectAck, (await heir.NextAsync())!.Type);
        await heir.SendAsync((Span<byte> to, out int written) => MqttPacketWriter.TryWriteSubscribe(to, version, 1, default, [new(Utf8($"will/{topic}"), subscription)], out written));
        Assert.Equal(["SUBACK 02"], await heir.NextAsync(1));
        await client.SendAsync((Span<byte> to, out int written) => MqttPacketWriter.TryWriteDisconnect(to, version, MqttReasonCode.DisconnectWithWill, UserProperty(version), out written));
        Assert.Null(await client.NextAsync());
        if (isNew)
        {
            Assert.Equal([$"PUBLISH will/{topic} q1 ContentType=:text/plain UserProperty=k:v = gone"], await heir.NextAsync(1));
            return;
        }

        await heir.SendAsync(MqttPacketWriter.TryWritePingRequest);
        Assert.Equal(["PINGRESP"], await heir.NextAsync(1));
    }

    /// <summary>What mosquitto says to those that it does not let in or throws out. (It says nothing to those whose client id another takes over, in either version.)</summary>
    [Theory]
    [InlineData(MqttVersion.V311, "0x87 (Not authorized)")]
    [InlineData(MqttVersion.V5, "0x87 (Not authorized)")]
    public async Task Refusals_are_read(MqttVersion version, string refusal)
    {
        var broker = mosquitto.Broker;
        using var stranger = new WireClient(version);
        await stranger.ConnectAsync(broker.Ports.Guarded);
        await stranger.SendAsync((Span<byte> to, out int written) => MqttPacketWriter.TryWriteConnect(
            to, new() { Version = version, CleanStart = true, ClientId = Utf8(MosquittoFixture.Unique("wire")), HasUserName = true, UserName = "mallory"u8, HasPassword = true, Password = "guess"u8 }, out written));
        var refused = await stranger.NextAsync();
        Assert.Equal((MqttPacketType.ConnectAck, refusal), (refused!.Type, refused.Text));
        Assert.Null(await stranger.NextAsync());

        // Nobody may publish to a wildcard: one version says so, the other hangs up.
        using var sinner = new WireClient(version);
        await sinner.ConnectAsync(broker.Ports.Plain);
        await sinner.SendAsync((Span<byte> to, out int written) =>
            MqttPacketWriter.TryWriteConnect(to, new() { Version = version, CleanStart = true, ClientId = Utf8(MosquittoFixture.Unique("wire")) }, out written));
        Assert.Equal(MqttPacketType.ConnectAck, (await sinner.NextAsync())!.Type);
        await sinner.SendAsync((Span<byte> to, out int written) => MqttPacketWriter.TryWritePublishHead(to, version, new() { Topic = "a/#"u8, PayloadBytes = 1 }, out written), "x");
        if (version == MqttVersion.V5)
            Assert.Matches(@"^DISCONNECT 0x(81|82|90) \(.+\)$", Assert.Single(await sinner.NextAsync(1)));
        Assert.Null(await sinner.NextAsync());
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static bool Connect(Span<byte> to, MqttVersion version, string topic, out int written)
    {
        var own = new MqttPropertyWriter(new byte[200]);
        own.TryAdd(MqttPropertyId.SessionExpiryInterval, 60);
        own.TryAdd(MqttPropertyId.ReceiveMaximum, 20);
        own.TryAdd(MqttPropertyId.MaximumPacketSize, 100_000);
        own.TryAdd(MqttPropertyId.TopicAliasMaximum, 5);
        own.TryAdd(MqttPropertyId.RequestProblemInformation, 1);
        own.TryAdd(MqttPropertyId.RequestResponseInformation, 0);
        own.TryAddUserProperty("k"u8, "v"u8);
        var will = new MqttPropertyWriter(new byte[200]);
        will.TryAdd(MqttPropertyId.WillDelayInterval, 0);
        will.TryAdd(MqttPropertyId.ContentType, "text/plain"u8);
        will.TryAddUserProperty("k"u8, "v"u8);
        return MqttPacketWriter.TryWriteConnect(
            to,
            new()
            {
                Version = version,
                CleanStart = true,
                KeepAliveSeconds = 60,
                ClientId = Utf8(topic),
                Properties = new(own.Written),
                HasWill = true,
                WillTopic = Utf8($"will/{topic}"),
                WillPayload = "gone"u8,
                WillQos = MqttQos.AtLeastOnce,
                WillProperties = new(will.Written),
                HasUserName = true,
                UserName = "anybody"u8,
                HasPassword = true,
                Password = "anything"u8,
            },
            out written);
    }

    private static bool Publish(Span<byte> to, MqttVersion version, string topic, MqttQos qos, ushort id, out int written)
    {
        var properties = new MqttPropertyWriter(new byte[300]);
        properties.TryAdd(MqttPropertyId.TopicAlias, 3);
        properties.TryAdd(MqttPropertyId.ContentType, "text/plain"u8);
        properties.TryAdd(MqttPropertyId.ResponseTopic, "r/e"u8);
        properties.TryAdd(MqttPropertyId.CorrelationData, [0, 1]);
        properties.TryAdd(MqttPropertyId.PayloadFormatIndicator, 1);
        properties.TryAddUserProperty("k"u8, "v"u8);
        properties.TryAddUserProperty("k"u8, Utf8("größe"));
        properties.TryAdd(MqttPropertyId.MessageExpiryInterval, 100);
        return MqttPacketWriter.TryWritePublishHead(
            to, version, new() { Topic = Utf8(topic), Qos = qos, PacketId = id, Retain = qos == MqttQos.AtLeastOnce, Properties = new(properties.Written), PayloadBytes = 9 }, out written);
    }

    private static MqttProperties SubscriptionProperties(MqttVersion version)
    {
        if (version == MqttVersion.V311)
            return default;
        var properties = new MqttPropertyWriter(new byte[50]);
        properties.TryAdd(MqttPropertyId.SubscriptionIdentifier, 268_435_455);
        properties.TryAddUserProperty("k"u8, "v"u8);
        return new(properties.Written);
    }

    private static MqttProperties UserProperty(MqttVersion version)
    {
        if (version == MqttVersion.V311)
            return default;
        var properties = new MqttPropertyWriter(new byte[50]);
        properties.TryAddUserProperty("k"u8, "v"u8);
        return new(properties.Written);
    }
}
