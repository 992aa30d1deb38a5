using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

public class MqttReasonCodesTests
{
    /// <summary>The tables of section 3 of MQTT 5, one packet after the other; and 8C in DISCONNECT, which only the table of section 2.4 has.</summary>
    [Theory]
    [InlineData(MqttPacketType.ConnectAck, "00 80 81 82 83 84 85 86 87 88 89 8A 8C 90 95 97 99 9A 9B 9C 9D 9F")]
    [InlineData(MqttPacketType.PublishAck, "00 10 80 83 87 90 91 97 99")]
    [InlineData(MqttPacketType.PublishReceived, "00 10 80 83 87 90 91 97 99")]
    [InlineData(MqttPacketType.PublishRelease, "00 92")]
    [InlineData(MqttPacketType.PublishComplete, "00 92")]
    [InlineData(MqttPacketType.SubscribeAck, "00 01 02 80 83 87 8F 91 97 9E A1 A2")]
    [InlineData(MqttPacketType.UnsubscribeAck, "00 11 80 83 87 8F 91")]
    [InlineData(MqttPacketType.Disconnect, "00 04 80 81 82 83 87 89 8B 8C 8D 8E 8F 90 93 94 95 96 97 98 99 9A 9B 9C 9D 9E 9F A0 A1 A2")]
    [InlineData(MqttPacketType.Authenticate, "00 18 19")]
    [InlineData(MqttPacketType.Publish, "")]
    public void Each_packet_has_the_codes_of_its_table(MqttPacketType packet, string codes) =>
        Assert.Equal(codes, string.Join(' ', Enumerable.Range(0, 256).Where(code => MqttReasonCodes.MayStandIn((MqttReasonCode)code, packet)).Select(static code => $"{code:X2}")));

    [Fact]
    public void Every_code_has_a_name_and_a_sentence() => Assert.All(Enumerable.Range(0, 256), static code =>
    {
        var reason = (MqttReasonCode)code;
        Assert.Equal(Enum.IsDefined(reason), MqttReasonCodes.NameOf(reason).Length > 0);
        Assert.Equal(Enum.IsDefined(reason), MqttReasonCodes.ExplanationOf(reason).Length > 10);
        Assert.Equal(code >= 0x80, MqttReasonCodes.IsError(reason));
    });

    [Theory]
    [InlineData(0x87, "0x87 (Not authorized)")]
    [InlineData(0x8E, "0x8E (Session taken over)")]
    [InlineData(0x00, "0x00 (Success)")]
    [InlineData(0xFF, "0xFF")]
    public void Codes_are_told_with_their_name(int code, string text) => Assert.Equal(text, MqttReasonCodes.Describe((MqttReasonCode)code));

    [Fact]
    public void Return_codes_of_the_older_version_go_there_and_back()
    {
        for (var code = 0; code <= 5; code++)
            Assert.Equal((byte)code, MqttReasonCodes.ToReturnCode(MqttReasonCodes.FromReturnCode((byte)code)!.Value));
        for (var code = 6; code <= 255; code++)
            Assert.Null(MqttReasonCodes.FromReturnCode((byte)code));
        Assert.Equal((byte)3, MqttReasonCodes.ToReturnCode(MqttReasonCode.ServerBusy));
        Assert.Equal((byte)5, MqttReasonCodes.ToReturnCode(MqttReasonCode.Banned));
        Assert.Null(MqttReasonCodes.ToReturnCode(MqttReasonCode.PacketTooLarge));
    }

    [Fact]
    public void Packets_have_the_names_of_the_standard() => Assert.Equal(
        "CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH",
        string.Join(' ', Enumerable.Range(1, 15).Select(static type => MqttPacketNames.Of((MqttPacketType)type))));
}
