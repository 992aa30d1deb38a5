namespace SecureStreams.Codecs.Mqtt;

/// <summary>
/// A CONNECT, read or to be written (section 3.1 of both versions). Texts are UTF-8. Spans belong to whoever made it, or lie in the packet that was read, which may hold credentials.
/// </summary>
public readonly ref struct MqttConnect
{
    /// <summary>The version of the protocol.</summary>
    public MqttVersion Version { get; init; }

    /// <summary>Whether the session begins anew: Clean Session of MQTT 3.1.1 (where it ends with the connection as well), Clean Start of MQTT 5.</summary>
    public bool CleanStart { get; init; }

    /// <summary>The keep-alive in seconds; 0 for none.</summary>
    public ushort KeepAliveSeconds { get; init; }

    /// <summary>The client identifier. Empty asks the server for one; in MQTT 3.1.1 only with <see cref="CleanStart"/>.</summary>
    public ReadOnlySpan<byte> ClientId { get; init; }

    /// <summary>The properties; none in MQTT 3.1.1.</summary>
    public MqttProperties Properties { get; init; }

    /// <summary>Whether there is a will.</summary>
    public bool HasWill { get; init; }

    /// <summary>The topic of the will.</summary>
    public ReadOnlySpan<byte> WillTopic { get; init; }

    /// <summary>The payload of the will, 65,535 bytes at most.</summary>
    public ReadOnlySpan<byte> WillPayload { get; init; }

    /// <summary>The QoS of the will.</summary>
    public MqttQos WillQos { get; init; }

    /// <summary>Whether the will is retained.</summary>
    public bool WillRetain { get; init; }

    /// <summary>The properties of the will; none in MQTT 3.1.1.</summary>
    public MqttProperties WillProperties { get; init; }

    /// <summary>Whether there is a user name, which may be empty.</summary>
    public bool HasUserName { get; init; }

    /// <summary>The user name.</summary>
    public ReadOnlySpan<byte> UserName { get; init; }

    /// <summary>Whether there is a password, which may be empty. In MQTT 3.1.1 only with a user name.</summary>
    public bool HasPassword { get; init; }

    /// <summary>The password: any bytes, 65,535 at most.</summary>
    public ReadOnlySpan<byte> Password { get; init; }
}
