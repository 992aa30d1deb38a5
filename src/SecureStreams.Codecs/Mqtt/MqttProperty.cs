namespace SecureStreams.Codecs.Mqtt;

/// <summary>One property, with the fields that its form uses (MQTT 5 section 2.2.2).</summary>
public readonly ref struct MqttProperty
{
    /// <summary>Which it is.</summary>
    public MqttPropertyId Id { get; internal init; }

    /// <summary>The value of a number: of one, two or four bytes, or of variable length. Else 0.</summary>
    public uint Number { get; internal init; }

    /// <summary>The value of a text (UTF-8) or of binary data, and of <see cref="MqttPropertyId.UserProperty"/>. Lies in the packet. Else empty.</summary>
    public ReadOnlySpan<byte> Value { get; internal init; }

    /// <summary>The name of a <see cref="MqttPropertyId.UserProperty"/> (UTF-8). Lies in the packet. Else empty.</summary>
    public ReadOnlySpan<byte> Name { get; internal init; }
}
