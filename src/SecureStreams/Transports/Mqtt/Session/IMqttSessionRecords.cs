namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>
/// The steps of a session's state, each whole in itself: told by a session to its store as they happen, by a store to a <see cref="MqttSessionRestorer"/> when it is read, and
/// by a session in the fewest steps (<see cref="MqttSession.Describe"/>) when the store wants to begin anew.
/// </summary>
internal interface IMqttSessionRecords
{
    /// <summary>A broker has accepted a connection with this session.</summary>
    void Established();

    /// <summary>A message was given to the session. Of one that is released in a later step the content may be left out.</summary>
    /// <param name="ticket">Its place: larger than those of all before.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="retain">The RETAIN flag.</param>
    /// <param name="topic">The topic, UTF-8. All spans are valid during the call.</param>
    /// <param name="properties">Encoded properties (MQTT 5).</param>
    /// <param name="payload">The payload.</param>
    void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload);

    /// <summary>A message got its packet identifier: from now on a PUBLISH with it may have left.</summary>
    void Numbered(ulong ticket, ushort id);

    /// <summary>The broker has taken over a message of QoS 2 (PUBREC): its content is gone, PUBREL is due, in the order of these records.</summary>
    void Released(ulong ticket);

    /// <summary>A message is done with, one way or another.</summary>
    void Settled(ulong ticket);

    /// <summary>An incoming message of QoS 2 was taken by its streams: it is not to be given to them again.</summary>
    void Accepted(ushort id);

    /// <summary>The identifier of an incoming message of QoS 2 is free for another one (PUBREL).</summary>
    void Forgotten(ushort id);

    /// <summary>The broker may have a subscription from now on, for a streamtype. Told before it is asked for, and again for each further streamtype.</summary>
    /// <param name="filter">The filter, UTF-8. Both spans are valid during the call.</param>
    /// <param name="streamType">The streamtype's name; empty where it is not known to be any's.</param>
    void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType);

    /// <summary>The broker has ended a subscription.</summary>
    void Unsubscribed(ReadOnlySpan<byte> filter);

    /// <summary>The broker has lost the session: no message has a number, what was released is settled, no incoming identifier is known, there are no subscriptions.</summary>
    void Renewed();

    /// <summary>The session ended: nothing is left of it.</summary>
    void Ended();
}
