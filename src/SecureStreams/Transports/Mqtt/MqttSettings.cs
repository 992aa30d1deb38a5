using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Transports.Mqtt;

/// <summary>What a connection says of itself, which streams that share it cannot say differently.</summary>
internal sealed record MqttSettings
{
    /// <summary>The version of the protocol.</summary>
    public required MqttVersion Version { get; init; }

    /// <summary>Whether the session begins anew, and ends with the connection.</summary>
    public required bool CleanStart { get; init; }

    /// <summary><c>mqtt_keep_alive</c>; 0 for none.</summary>
    public required int KeepAliveSeconds { get; init; }

    /// <summary>MQTT 5: how long the broker keeps the session after the connection, in seconds.</summary>
    public required uint SessionExpirySeconds { get; init; }

    /// <summary>Whether the broker has the session when the connection is over.</summary>
    public bool HasSessionAfter => !CleanStart && (Version != MqttVersion.V5 || SessionExpirySeconds > 0);

    /// <summary>MQTT 5: messages of QoS 1 and 2 that may come before the first is answered; both versions: that are sent before.</summary>
    public required int ReceiveMaximum { get; init; }

    /// <summary>Messages of QoS 2 that are sent before the first is completed.</summary>
    public int ExactlyOnceWindow => Version == MqttVersion.V311 && ReceiveMaximum == MqttDefaults.ReceiveMaximum ? MqttDefaults.ExactlyOnceWindow : ReceiveMaximum;

    /// <summary>MQTT 5: topics that a number may stand for, each way.</summary>
    public int TopicAliases { get; init; }

    /// <summary>The last will; null for none.</summary>
    public MqttNotice? Will { get; init; }

    /// <summary>The message at connection; null for none.</summary>
    public MqttNotice? Birth { get; init; }

    /// <summary>The blob with the user name.</summary>
    public required string UserNameBlob { get; init; }

    /// <summary>The blob with the password.</summary>
    public required string PasswordBlob { get; init; }

    /// <summary>Whether a connection without the user name is not attempted.</summary>
    public bool NeedsUserName { get; init; }

    /// <summary>Whether a connection without the password is not attempted.</summary>
    public bool NeedsPassword { get; init; }
}
