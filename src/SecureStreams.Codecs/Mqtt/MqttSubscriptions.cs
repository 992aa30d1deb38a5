namespace SecureStreams.Codecs.Mqtt;

/// <summary>The filters of a SUBSCRIBE or UNSUBSCRIBE that was read, to be walked with <c>foreach</c>, in their order. It is its own enumerator.</summary>
public ref struct MqttSubscriptions
{
    private readonly bool _hasOptions;
    private MqttCursor _cursor;

    internal MqttSubscriptions(ReadOnlySpan<byte> entries, bool hasOptions)
    {
        _cursor = new MqttCursor(entries);
        _hasOptions = hasOptions;
    }

    /// <summary>The filter reached.</summary>
    public MqttSubscriptionEntry Current { get; private set; }

    /// <summary>Walks them from here.</summary>
    public readonly MqttSubscriptions GetEnumerator() => this;

    /// <summary>Goes to the next.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        byte options = 0;
        if (!_cursor.TryBinary(out var filter) || (_hasOptions && !_cursor.TryByte(out options)))
            return false;
        Current = new MqttSubscriptionEntry { Filter = filter, Options = MqttSubscriptionOptions.Decode(options) };
        return true;
    }
}
