namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>The kinds of records in a journal: the members of <see cref="IMqttSessionRecords"/>. The values are on disks; none is used for something else.</summary>
internal enum MqttSessionStep : byte
{
    /// <summary><see cref="IMqttSessionRecords.Established"/>: nothing more.</summary>
    Established = 1,

    /// <summary><see cref="IMqttSessionRecords.Held"/>: ticket (8), QoS and RETAIN (1), bytes of the topic (2), bytes of the properties (4), topic, properties, payload.</summary>
    Held = 2,

    /// <summary><see cref="IMqttSessionRecords.Numbered"/>: ticket (8), identifier (2).</summary>
    Numbered = 3,

    /// <summary><see cref="IMqttSessionRecords.Released"/>: ticket (8).</summary>
    Released = 4,

    /// <summary><see cref="IMqttSessionRecords.Settled"/>: ticket (8).</summary>
    Settled = 5,

    /// <summary><see cref="IMqttSessionRecords.Accepted"/>: identifier (2).</summary>
    Accepted = 6,

    /// <summary><see cref="IMqttSessionRecords.Forgotten"/>: identifier (2).</summary>
    Forgotten = 7,

    /// <summary><see cref="IMqttSessionRecords.Renewed"/>: nothing more.</summary>
    Renewed = 8,

    /// <summary><see cref="IMqttSessionRecords.Ended"/>: nothing more.</summary>
    Ended = 9,

    /// <summary><see cref="IMqttSessionRecords.Subscribed"/>: bytes of the filter (2), filter, streamtype.</summary>
    Subscribed = 10,

    /// <summary><see cref="IMqttSessionRecords.Unsubscribed"/>: filter.</summary>
    Unsubscribed = 11,
}
