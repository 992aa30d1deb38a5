using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>
/// How a <see cref="MqttTestBroker"/> behaves; by default as a sound one. All may be changed while it runs, and count from the next packet on. With a journal they must be
/// the same in every life of the broker, since the journal has what came in and is played again.
/// </summary>
public sealed class MqttBrokerOptions
{
    /// <summary>Where it keeps all that came in, synced before anything is answered; null for nowhere.</summary>
    public string? JournalPath { get; init; }

    /// <summary>Whether PINGREQ is answered.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>Whether CONNECT is answered.</summary>
    public bool AnswersConnect { get; set; } = true;

    /// <summary>Whether PUBLISH of QoS 1 and 2 is answered. What is not is taken all the same.</summary>
    public bool AnswersPublish { get; set; } = true;

    /// <summary>Whether SUBSCRIBE is answered.</summary>
    public bool AnswersSubscribe { get; set; } = true;

    /// <summary>Refuses a client, by its id; null accepts it.</summary>
    public Func<string, MqttReasonCode?> RefuseConnect { get; set; } = static _ => null;

    /// <summary>Refuses a subscription, by its filter; null grants it.</summary>
    public Func<string, MqttReasonCode?> RefuseSubscribe { get; set; } = static _ => null;

    /// <summary>The reason code of PUBACK or PUBREC, by topic; 0x80 and above refuse the message. MQTT 3.1.1 cannot say it: the message is dropped and answered.</summary>
    public Func<string, MqttReasonCode> AnswerPublish { get; set; } = static _ => MqttReasonCode.Success;

    /// <summary>Cuts a connection, by its number from 0, when so many bytes were received on it: those after are not looked at. Null never.</summary>
    public Func<int, long?> CutAfterReceived { get; set; } = static _ => null;

    /// <summary>Cuts a connection, by its number from 0, when so many bytes were sent on it. Null never.</summary>
    public Func<int, long?> CutAfterSent { get; set; } = static _ => null;

    /// <summary>The highest QoS that it grants and, in MQTT 5, announces.</summary>
    public MqttQos MaximumQos { get; set; } = MqttQos.ExactlyOnce;

    /// <summary>Messages of QoS 1 and 2 in flight to one client; a client's smaller Receive Maximum wins.</summary>
    public int Window { get; set; } = 20;

    /// <summary>Properties of CONNACK in MQTT 5, encoded (Receive Maximum, Server Keep Alive and their like).</summary>
    public ReadOnlyMemory<byte> ConnectAckProperties { get; set; }

    /// <summary>Topic Alias Maximum, added to CONNACK in MQTT 5.</summary>
    public int TopicAliasMaximum { get; set; }
}
