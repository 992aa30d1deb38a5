namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>What a session found when the broker accepted a connection.</summary>
internal enum MqttResumption
{
    /// <summary>Neither side had a session: all subscriptions are to be made.</summary>
    Fresh,

    /// <summary>Both had it: what was in flight is sent again, the broker's subscriptions stand.</summary>
    Resumed,

    /// <summary>This side had one and the broker has not: what was in flight is sent anew, all subscriptions are to be made.</summary>
    LostByBroker,

    /// <summary>
    /// The broker has one and this side knows nothing of it: another process began it and kept nothing here. It is used all the same, since messages may be waiting in it;
    /// exactly-once does not reach across that (see the decision on sessions). Subscriptions may be unknown ones.
    /// </summary>
    UnknownHere,
}
