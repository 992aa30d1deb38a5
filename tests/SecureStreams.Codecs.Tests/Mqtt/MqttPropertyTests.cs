using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

public class MqttPropertyTests
{
    /// <summary>The table of section 2.2.2.2: identifier, form, and where it stands.</summary>
    [Theory]
    [InlineData(1, "Byte", "Publish Will")]
    [InlineData(2, "FourBytes", "Publish Will")]
    [InlineData(3, "Text", "Publish Will")]
    [InlineData(8, "Text", "Publish Will")]
    [InlineData(9, "Binary", "Publish Will")]
    [InlineData(11, "Variable", "Publish Subscribe")]
    [InlineData(17, "FourBytes", "Connect ConnectAck Disconnect")]
    [InlineData(18, "Text", "ConnectAck")]
    [InlineData(19, "TwoBytes", "ConnectAck")]
    [InlineData(21, "Text", "Authenticate Connect ConnectAck")]
    [InlineData(22, "Binary", "Authenticate Connect ConnectAck")]
    [InlineData(23, "Byte", "Connect")]
    [InlineData(24, "FourBytes", "Will")]
    [InlineData(25, "Byte", "Connect")]
    [InlineData(26, "Text", "ConnectAck")]
    [InlineData(28, "Text", "ConnectAck Disconnect")]
    [InlineData(31, "Text", "Authenticate ConnectAck Disconnect PublishAcks SubscribeAck UnsubscribeAck")]
    [InlineData(33, "TwoBytes", "Connect ConnectAck")]
    [InlineData(34, "TwoBytes", "Connect ConnectAck")]
    [InlineData(35, "TwoBytes", "Publish")]
    [InlineData(36, "Byte", "ConnectAck")]
    [InlineData(37, "Byte", "ConnectAck")]
    [InlineData(38, "TextPair", "Authenticate Connect ConnectAck Disconnect Publish PublishAcks Subscribe SubscribeAck Unsubscribe UnsubscribeAck Will")]
    [InlineData(39, "FourBytes", "Connect ConnectAck")]
    [InlineData(40, "Byte", "ConnectAck")]
    [InlineData(41, "Byte", "ConnectAck")]
    [InlineData(42, "Byte", "ConnectAck")]
    public void Each_property_has_the_form_and_the_places_of_the_table(int id, string form, string places)
    {
        Assert.Equal(form, MqttPropertyTable.FormOf(id).ToString());
        Assert.Equal(
            places,
            string.Join(' ', Enum.GetValues<MqttPropertyPlaces>().Where(place => place != 0 && (MqttPropertyTable.PlacesOf((MqttPropertyId)id) & place) == place).Select(static place => place.ToString()).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void There_are_no_others()
    {
        Assert.Equal(27, Enum.GetValues<MqttPropertyId>().Length);
        for (var id = 0; id < 300; id++)
            Assert.Equal(Enum.IsDefined((MqttPropertyId)id), MqttPropertyTable.FormOf(id) != MqttPropertyForm.None);
        Assert.Equal(MqttPropertyForm.None, MqttPropertyTable.FormOf(-1));
    }

    [Fact]
    public void Each_form_is_written_as_the_standard_says()
    {
        var writer = new MqttPropertyWriter(new byte[100]);
        Assert.True(writer.TryAdd(MqttPropertyId.PayloadFormatIndicator, 1));
        Assert.True(writer.TryAdd(MqttPropertyId.ReceiveMaximum, 0x1234));
        Assert.True(writer.TryAdd(MqttPropertyId.MaximumPacketSize, 0x12345678));
        Assert.True(writer.TryAdd(MqttPropertyId.SubscriptionIdentifier, 16_384));
        Assert.True(writer.TryAdd(MqttPropertyId.ContentType, "ab"u8));
        Assert.True(writer.TryAdd(MqttPropertyId.CorrelationData, [0, 255]));
        Assert.True(writer.TryAddUserProperty("k"u8, ""u8));
        Assert.Equal(Hex.Bytes("01 01 21 12 34 27 12 34 56 78 0b 80 80 01 03 00 02 61 62 09 00 02 00 ff 26 00 01 6b 00 00"), writer.Written.ToArray());
    }

    /// <summary>The bounds of table 1-1 of MQTT 5.</summary>
    [Theory]
    [InlineData(1, "01")]
    [InlineData(127, "7f")]
    [InlineData(128, "80 01")]
    [InlineData(16_383, "ff 7f")]
    [InlineData(16_384, "80 80 01")]
    [InlineData(2_097_151, "ff ff 7f")]
    [InlineData(2_097_152, "80 80 80 01")]
    [InlineData(268_435_455, "ff ff ff 7f")]
    public void Variable_integers_have_the_bounds_of_the_standard(int value, string hex)
    {
        var bytes = Hex.Bytes(hex);
        var written = new byte[4];
        Assert.Equal(bytes.Length, MqttVariable.Bytes(value));
        Assert.Equal(bytes, written[..MqttVariable.Write(written, value)]);
        Assert.Equal(bytes.Length, MqttVariable.Read(bytes, out var read));
        Assert.Equal(value, read);
        for (var cut = 0; cut < bytes.Length; cut++)
            Assert.Equal(0, MqttVariable.Read(bytes.AsSpan(0, cut), out _));
    }

    [Fact]
    public void What_is_of_another_form_or_too_large_is_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd(MqttPropertyId.ContentType, 1));
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd(MqttPropertyId.UserProperty, 1));
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd(MqttPropertyId.UserProperty, "a"u8));
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd(MqttPropertyId.ReceiveMaximum, "a"u8));
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd((MqttPropertyId)4, 1));
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd(MqttPropertyId.MaximumQos, 256));
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd(MqttPropertyId.ReceiveMaximum, 65_536));
        Assert.Throws<ArgumentException>(() => new MqttPropertyWriter(new byte[10]).TryAdd(MqttPropertyId.SubscriptionIdentifier, 268_435_456));
    }

    [Fact]
    public void What_does_not_fit_is_not_begun()
    {
        var writer = new MqttPropertyWriter(new byte[6]);
        Assert.True(writer.TryAdd(MqttPropertyId.ReceiveMaximum, 5));
        Assert.False(writer.TryAdd(MqttPropertyId.ReceiveMaximum + 6, 5));
        Assert.False(writer.TryAdd(MqttPropertyId.ContentType, "a"u8));
        Assert.False(writer.TryAddUserProperty(""u8, ""u8));
        Assert.False(writer.TryAdd(MqttPropertyId.ContentType, new byte[65_536]));
        Assert.False(new MqttPropertyWriter(new byte[70_000]).TryAddUserProperty(new byte[65_536], ""u8));
        Assert.True(writer.TryAdd(MqttPropertyId.MaximumQos, 1));
        Assert.Equal(Hex.Bytes("21 00 05 24 01"), writer.Written.ToArray());
    }

    [Fact]
    public void Properties_are_found()
    {
        var properties = new MqttProperties(Hex.Bytes("26 00 01 61 00 01 62 21 00 05 26 00 01 63 00 01 64"));
        Assert.Equal(5u, properties.NumberOr(MqttPropertyId.ReceiveMaximum, 9));
        Assert.Equal(9u, properties.NumberOr(MqttPropertyId.MaximumPacketSize, 9));
        Assert.True(properties.TryFind(MqttPropertyId.UserProperty, out var first));
        Assert.True(first.Name.SequenceEqual("a"u8) && first.Value.SequenceEqual("b"u8));
        Assert.False(properties.TryFind(MqttPropertyId.ContentType, out _));
        Assert.True(default(MqttProperties).IsEmpty);
        foreach (var unexpected in default(MqttProperties))
            Assert.Fail($"{unexpected.Id}");
    }

    /// <summary>Bytes that nobody has checked end the walk where they are no property.</summary>
    [Theory]
    [InlineData("21 00", 0)]
    [InlineData("21 00 05 04", 1)]
    [InlineData("21 00 05 80", 1)]
    [InlineData("21 00 05 03 00 05 61", 1)]
    public void A_walk_ends_at_what_is_no_property(string hex, int count)
    {
        var seen = 0;
        foreach (var property in new MqttProperties(Hex.Bytes(hex)))
            seen += property.Id == MqttPropertyId.ReceiveMaximum ? 1 : 100;
        Assert.Equal(count, seen);
    }
}
