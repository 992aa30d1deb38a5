namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>Keeps nothing: the session lasts as long as its object.</summary>
internal sealed class MqttNoStore : IMqttSessionStore
{
    /// <summary>The one there is.</summary>
    public static readonly MqttNoStore Instance = new();

    private MqttNoStore()
    {
    }

    /// <inheritdoc/>
    public bool IsKeeping => false;

    /// <inheritdoc/>
    public string? Problem => null;

    /// <inheritdoc/>
    public void Load(MqttSessionRestorer into)
    {
        // Nothing was kept. The same holds for all that follows.
    }

    /// <inheritdoc/>
    public void Commit(MqttSession session)
    {
    }

    /// <inheritdoc/>
    public void Established()
    {
    }

    /// <inheritdoc/>
    public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
    }

    /// <inheritdoc/>
    public void Numbered(ulong ticket, ushort id)
    {
    }

    /// <inheritdoc/>
    public void Released(ulong ticket)
    {
    }

    /// <inheritdoc/>
    public void Settled(ulong ticket)
    {
    }

    /// <inheritdoc/>
    public void Accepted(ushort id)
    {
    }

    /// <inheritdoc/>
    public void Forgotten(ushort id)
    {
    }

    /// <inheritdoc/>
    public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType)
    {
    }

    /// <inheritdoc/>
    public void Unsubscribed(ReadOnlySpan<byte> filter)
    {
    }

    /// <inheritdoc/>
    public void Renewed()
    {
    }

    /// <inheritdoc/>
    public void Ended()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
