namespace SecureStreams.Codecs.Mqtt;

/// <summary>
/// The properties of a packet as they stand in it, without their length: to be walked with <c>foreach</c>, in the order in which they were sent. Those of a packet that
/// <see cref="MqttPacketReader"/> gave are checked; a walk over other bytes ends at the first that is no property.
/// </summary>
/// <param name="encoded">The bytes, such as <see cref="MqttPropertyWriter"/> made.</param>
public readonly ref struct MqttProperties(ReadOnlySpan<byte> encoded)
{
    /// <summary>The bytes, to be written again.</summary>
    public ReadOnlySpan<byte> Encoded { get; } = encoded;

    /// <summary>Whether there are none, as always in MQTT 3.1.1.</summary>
    public bool IsEmpty => Encoded.IsEmpty;

    /// <summary>Walks them.</summary>
    public MqttPropertyEnumerator GetEnumerator() => new(Encoded);

    /// <summary>Looks for the first of a kind.</summary>
    /// <param name="id">Which.</param>
    /// <param name="property">The property, where it is there.</param>
    public bool TryFind(MqttPropertyId id, out MqttProperty property)
    {
        foreach (var one in this)
        {
            if (one.Id == id)
            {
                property = one;
                return true;
            }
        }

        property = default;
        return false;
    }

    /// <summary>The value of a number.</summary>
    /// <param name="id">Which.</param>
    /// <param name="absent">What stands for it where it is absent.</param>
    public uint NumberOr(MqttPropertyId id, uint absent) => TryFind(id, out var property) ? property.Number : absent;
}
