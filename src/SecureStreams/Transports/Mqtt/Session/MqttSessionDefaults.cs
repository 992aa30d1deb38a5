namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>Sizes and bounds of sessions.</summary>
internal static class MqttSessionDefaults
{
    /// <summary>
    /// Messages of QoS 1 and 2 in flight where the broker states no bound (3.1.1, or no Receive Maximum): enough that a round trip does not limit the rate, and what the
    /// narrowest of the large services takes (AWS IoT Core: 100 unacknowledged publishes of one client).
    /// </summary>
    public const int Window = 100;

    /// <summary>Messages held at most, in flight and waiting.</summary>
    public const int MostMessages = 4096;

    /// <summary>Bytes of messages held at most, in flight and waiting. A single larger one is held where the session is empty.</summary>
    public const long MostBytes = 16 * 1024 * 1024;

    /// <summary>Answers that wait to be sent at most: one for each identifier in each of the two exchanges in which a broker can wait for one.</summary>
    public const int MostReplies = 2 * 65536;

    /// <summary>Records that are kept for the next message when the session is quiet.</summary>
    public const int SpareRecords = 256;
}
