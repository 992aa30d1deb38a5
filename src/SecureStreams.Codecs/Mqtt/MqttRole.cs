namespace SecureStreams.Codecs.Mqtt;

/// <summary>A side of a connection.</summary>
public enum MqttRole
{
    /// <summary>The side that sends CONNECT.</summary>
    Client,

    /// <summary>The side that answers it: a broker.</summary>
    Server,
}
