namespace SecureStreams.Codecs.Mqtt;

/// <summary>Walks <see cref="MqttProperties"/>.</summary>
public ref struct MqttPropertyEnumerator
{
    private MqttCursor _cursor;

    internal MqttPropertyEnumerator(ReadOnlySpan<byte> encoded) => _cursor = new MqttCursor(encoded);

    /// <summary>The property reached.</summary>
    public MqttProperty Current { get; private set; }

    /// <summary>Whether the walk ended before the end, at bytes that are no property.</summary>
    internal bool IsMalformed { get; private set; }

    /// <summary>Where <see cref="IsMalformed"/>: the identifier that is none or whose value is not there.</summary>
    internal int MalformedId { get; private set; }

    /// <summary>Goes to the next.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        if (_cursor.IsEmpty || IsMalformed)
            return false;
        if (!_cursor.TryVariable(out var id) || !TryRead(id))
        {
            IsMalformed = true;
            MalformedId = id;
            return false;
        }

        return true;
    }

    private bool TryRead(int id)
    {
        uint number = 0;
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> value = default;
        bool there;
        switch (MqttPropertyTable.FormOf(id))
        {
            case MqttPropertyForm.Byte:
                there = _cursor.TryByte(out var one);
                number = one;
                break;
            case MqttPropertyForm.TwoBytes:
                there = _cursor.TryTwoBytes(out var two);
                number = two;
                break;
            case MqttPropertyForm.FourBytes:
                there = _cursor.TryFourBytes(out number);
                break;
            case MqttPropertyForm.Variable:
                there = _cursor.TryVariable(out var variable);
                number = (uint)variable;
                break;
            case MqttPropertyForm.Text or MqttPropertyForm.Binary:
                there = _cursor.TryBinary(out value);
                break;
            case MqttPropertyForm.TextPair:
                there = _cursor.TryBinary(out name) & _cursor.TryBinary(out value);
                break;
            default:
                return false;
        }

        if (there)
            Current = new MqttProperty { Id = (MqttPropertyId)id, Number = number, Name = name, Value = value };
        return there;
    }
}
