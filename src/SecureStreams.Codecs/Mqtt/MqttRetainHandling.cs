namespace SecureStreams.Codecs.Mqtt;

/// <summary>What a subscription does with retained messages (MQTT 5 section 3.8.3.1). The values are those on the wire.</summary>
public enum MqttRetainHandling
{
    /// <summary>They are sent whenever it is made. What MQTT 3.1.1 does.</summary>
    Send,

    /// <summary>They are sent if it did not exist before.</summary>
    SendIfNew,

    /// <summary>They are not sent.</summary>
    DoNotSend,
}
