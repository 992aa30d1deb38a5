namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>Rebuilds a session from the steps that a store has kept. A step that does not fit those before it changes nothing and makes <see cref="IsSound"/> false.</summary>
/// <param name="session">The session, new.</param>
internal sealed class MqttSessionRestorer(MqttSession session) : IMqttSessionRecords
{
    private readonly Dictionary<ulong, MqttHeldMessage> _held = [];

    /// <summary>Whether all steps so far fitted.</summary>
    public bool IsSound { get; private set; } = true;

    /// <inheritdoc/>
    public void Established() => session.RestoreEstablished();

    /// <inheritdoc/>
    public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
        if (!Expect(ticket != 0 && qos is 1 or 2 && !_held.ContainsKey(ticket)))
            return;
        var body = session.Pool.Rent(topic.Length + properties.Length + payload.Length);
        topic.CopyTo(body);
        properties.CopyTo(body.AsSpan(topic.Length));
        payload.CopyTo(body.AsSpan(topic.Length + properties.Length));
        var message = new MqttOutgoing
        {
            Body = body,
            TopicBytes = topic.Length,
            PropertiesBytes = properties.Length,
            PayloadBytes = payload.Length,
            Qos = qos,
            Retain = retain,
        };
        _held.Add(ticket, session.RestoreHeld(ticket, message));
    }

    /// <inheritdoc/>
    public void Numbered(ulong ticket, ushort id) => Expect(_held.TryGetValue(ticket, out var message) && session.TryRestoreNumbered(message, id));

    /// <inheritdoc/>
    public void Released(ulong ticket) => Expect(_held.TryGetValue(ticket, out var message) && session.TryRestoreReleased(message));

    /// <inheritdoc/>
    public void Settled(ulong ticket)
    {
        if (Expect(_held.Remove(ticket, out var message)))
            session.RestoreSettled(message!);
    }

    /// <inheritdoc/>
    public void Accepted(ushort id) => Expect(session.TryRestoreAccepted(id));

    /// <inheritdoc/>
    public void Forgotten(ushort id) => Expect(session.TryRestoreForgotten(id));

    /// <inheritdoc/>
    public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType) => Expect(session.TryRestoreSubscribed(filter, streamType));

    /// <inheritdoc/>
    public void Unsubscribed(ReadOnlySpan<byte> filter) => Expect(session.TryRestoreUnsubscribed(filter));

    /// <inheritdoc/>
    public void Renewed()
    {
        session.RestoreRenewed();
        Prune();
    }

    /// <inheritdoc/>
    public void Ended()
    {
        session.RestoreEnded();
        _held.Clear();
    }

    private bool Expect(bool fits)
    {
        IsSound &= fits;
        return fits;
    }

    /// <summary>Those that were released have gone.</summary>
    private void Prune()
    {
        foreach (var (ticket, message) in _held)
        {
            if (message.List is null || message.Ticket != ticket)
                _held.Remove(ticket);
        }
    }
}
