namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>What became of a message that a session held.</summary>
internal enum MqttSettlement
{
    /// <summary>Nothing yet, or nothing that concerns a message.</summary>
    None = 0,

    /// <summary>The broker has it: PUBACK, or PUBCOMP (<c>QosAckRemote</c>).</summary>
    Acknowledged,

    /// <summary>The broker refused it with a reason of 0x80 and above, or it was withdrawn because this broker cannot take it (<c>QosNackRemote</c>).</summary>
    Refused,

    /// <summary>The session ended before the broker answered: a clean start, or the end of its use (<c>QosNackRemote</c>). It may have arrived.</summary>
    Lost,

    /// <summary>
    /// QoS 2: the broker had taken it over (PUBREC) and has forgotten the session since. Whether it passed the message on cannot be known, and to send it again could make
    /// two of it (<c>QosNackRemote</c>).
    /// </summary>
    Uncertain,
}
