using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.Mqtt;

/// <summary>Sizes and bounds of mqtt.</summary>
internal static class MqttDefaults
{
    /// <summary><c>max_message_bytes</c> where the policy states none.</summary>
    public const long MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>What stands in a PUBLISH beside topic, properties and payload at most: their lengths, the identifier, the number of the topic.</summary>
    public const int LongestHeadBytes = 2 + 2 + 4 + 3;

    /// <summary>The longest topic and filter that AWS IoT takes, in bytes.</summary>
    public const int AwsTopicBytes = 256;

    /// <summary>The longest client id taken from a blob, in bytes: what the protocol can carry.</summary>
    public const int MaxClientIdBytes = 65_535;

    /// <summary>Characters of a client id made by chance: every broker of MQTT 3.1.1 takes that many (section 3.1.3.1).</summary>
    public const int RandomClientIdChars = 23;

    /// <summary>
    /// Messages of QoS 1 and 2 that a stream which shares its connection may leave unanswered while it is slow; further ones are answered when they are queued, because the broker's
    /// window belongs to all streams of the connection.
    /// </summary>
    public const int UnansweredWhileSlow = 8;

    /// <summary>How many times its queue's bound a slow stream may hold of messages with QoS 1 and 2, which wait without an answer beyond the bound.</summary>
    public const int UnansweredFactor = 4;

    /// <summary><c>mqtt_receive_maximum</c> where the policy states none.</summary>
    public const int ReceiveMaximum = 100;

    /// <summary>
    /// Messages of QoS 2 in flight at most in MQTT 3.1.1 where <c>mqtt_receive_maximum</c> is left at its default: brokers cannot say there how many they take, and mosquitto completes the
    /// exchange of what is beyond its own 20 without passing it on.
    /// </summary>
    public const int ExactlyOnceWindow = 20;

    /// <summary><c>mqtt_queue_bytes</c> where the policy states none.</summary>
    public const int QueueBytes = 1024 * 1024;

    /// <summary>Messages of QoS 1 and 2 that wait behind the broker's window before streams are kept from sending more.</summary>
    public const int MostWaiting = 64;

    /// <summary>Messages that a stream hands over at once, at most.</summary>
    public const int BatchMessages = 256;

    /// <summary>Messages up to this size go out in one piece; the payload of larger ones follows in pieces as the network takes them.</summary>
    public const int WholeBytes = LinkDefaults.PieceBytes;

    /// <summary>Bytes of messages that are held for streams which are not back yet; one message may have more.</summary>
    public const long AbsentBytes = 4 * 1024 * 1024;

    /// <summary>How long messages that came with a session are held for streams which are not back yet.</summary>
    public static readonly TimeSpan AbsentWait = TimeSpan.FromSeconds(60);

    /// <summary>How long the last stream's connection waits, before it says goodbye, for answers to what was sent.</summary>
    public static readonly TimeSpan GoodbyeWait = TimeSpan.FromSeconds(2);

    /// <summary>A peer that ends a connection sooner than this after it took it may have let another client in with the same client id.</summary>
    public static readonly TimeSpan SuspiciouslyShort = TimeSpan.FromSeconds(5);
}
