using System.Buffers.Binary;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>Writes properties one after the other; a packet takes the bytes as its properties and puts their length before them.</summary>
/// <remarks>Whether a property may stand in a packet, and how often, is for whoever writes it to know; the reader of the packet checks it.</remarks>
/// <param name="destination">Where they go. A property that does not fit is not begun.</param>
public ref struct MqttPropertyWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>How many bytes were written.</summary>
    public int WrittenBytes { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[..WrittenBytes];

    /// <summary>Adds a number.</summary>
    /// <param name="id">A property whose value is a number.</param>
    /// <param name="value">The value.</param>
    /// <returns>False where it does not fit.</returns>
    /// <exception cref="ArgumentException">The property is of another form, or the number too large for it.</exception>
    public bool TryAdd(MqttPropertyId id, uint value)
    {
        var (bytes, most) = MqttPropertyTable.FormOf((int)id) switch
        {
            MqttPropertyForm.Byte => (1, byte.MaxValue),
            MqttPropertyForm.TwoBytes => (2, ushort.MaxValue),
            MqttPropertyForm.FourBytes => (4, uint.MaxValue),
            MqttPropertyForm.Variable => (MqttVariable.Bytes((int)Math.Min(value, MqttVariable.MaxValue)), (uint)MqttVariable.MaxValue),
            _ => throw new ArgumentException($"{MqttPropertyTable.NameOf(id)} has no number.", nameof(id)),
        };
        if (value > most)
            throw new ArgumentException($"{MqttPropertyTable.NameOf(id)} is {most} at most, not {value}.", nameof(value));
        if (!TryBegin(id, bytes, out var target))
            return false;
        switch (MqttPropertyTable.FormOf((int)id))
        {
            case MqttPropertyForm.Byte:
                target[0] = (byte)value;
                break;
            case MqttPropertyForm.TwoBytes:
                BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)value);
                break;
            case MqttPropertyForm.FourBytes:
                BinaryPrimitives.WriteUInt32BigEndian(target, value);
                break;
            default:
                MqttVariable.Write(target, (int)value);
                break;
        }

        return true;
    }

    /// <summary>Adds a text or binary data.</summary>
    /// <param name="id">A property whose value is one.</param>
    /// <param name="value">The value; a text must be one (<see cref="MqttTexts.IsText"/>).</param>
    /// <returns>False where it does not fit, or is longer than <see cref="MqttTexts.MaxBytes"/>.</returns>
    /// <exception cref="ArgumentException">The property is of another form.</exception>
    public bool TryAdd(MqttPropertyId id, ReadOnlySpan<byte> value)
    {
        if (MqttPropertyTable.FormOf((int)id) is not (MqttPropertyForm.Text or MqttPropertyForm.Binary))
            throw new ArgumentException($"{MqttPropertyTable.NameOf(id)} has no text and no bytes.", nameof(id));
        if (value.Length > MqttTexts.MaxBytes || !TryBegin(id, 2 + value.Length, out var target))
            return false;
        Put(target, value);
        return true;
    }

    /// <summary>Adds a user property.</summary>
    /// <param name="name">Its name, a text.</param>
    /// <param name="value">Its value, a text.</param>
    /// <returns>False where it does not fit, or one of them is longer than <see cref="MqttTexts.MaxBytes"/>.</returns>
    public bool TryAddUserProperty(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.Length > MqttTexts.MaxBytes || value.Length > MqttTexts.MaxBytes || !TryBegin(MqttPropertyId.UserProperty, 4 + name.Length + value.Length, out var target))
            return false;
        Put(target, name);
        Put(target[(2 + name.Length)..], value);
        return true;
    }

    private static void Put(Span<byte> target, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)value.Length);
        value.CopyTo(target[2..]);
    }

    // All identifiers are below 128, so that one byte holds them.
    private bool TryBegin(MqttPropertyId id, int bytes, out Span<byte> target)
    {
        target = default;
        if (_destination.Length - WrittenBytes < 1 + bytes)
            return false;
        _destination[WrittenBytes] = (byte)id;
        target = _destination.Slice(WrittenBytes + 1, bytes);
        WrittenBytes += 1 + bytes;
        return true;
    }
}
