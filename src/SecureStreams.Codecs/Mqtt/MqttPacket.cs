using System.Runtime.InteropServices;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>
/// A packet, or a piece of the payload of PUBLISH, as <see cref="MqttPacketReader"/> gives it. What it points to lies in the input or in the reader, and is valid until the next call of
/// the reader, and no longer than the input.
/// </summary>
public readonly ref struct MqttPacket
{
    /// <summary>Which it is.</summary>
    public MqttPacketType Type { get; internal init; }

    /// <summary>The packet identifier, where the packet has one; else 0.</summary>
    public ushort PacketId { get; internal init; }

    /// <summary>
    /// The reason code of CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT and AUTH. Where MQTT 3.1.1 has none, and where MQTT 5 leaves it out, it is
    /// <see cref="MqttReasonCode.Success"/>; the return code of a CONNACK of MQTT 3.1.1 is mapped (<see cref="MqttReasonCodes.FromReturnCode"/>).
    /// </summary>
    public MqttReasonCode Reason { get; internal init; }

    /// <summary>Of CONNACK: whether the server kept a session for this client.</summary>
    public bool SessionPresent { get; internal init; }

    /// <summary>The properties of the packet, of CONNECT and PUBLISH too; none in MQTT 3.1.1.</summary>
    public MqttProperties Properties { get; internal init; }

    /// <summary>Of SUBACK and UNSUBACK: one for each filter; none in an UNSUBACK of MQTT 3.1.1.</summary>
    public ReadOnlySpan<MqttReasonCode> Reasons => Type is MqttPacketType.SubscribeAck or MqttPacketType.UnsubscribeAck ? MemoryMarshal.Cast<byte, MqttReasonCode>(Body) : default;

    /// <summary>Of SUBSCRIBE and UNSUBSCRIBE: the filters.</summary>
    public MqttSubscriptions Subscriptions =>
        Type is MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? new MqttSubscriptions(Body, Type == MqttPacketType.Subscribe) : default;

    /// <summary>Of a piece of payload: its bytes.</summary>
    public ReadOnlySpan<byte> Payload => IsPayload ? Body : default;

    /// <summary>Of a piece of payload: whether it is the last of its message.</summary>
    public bool IsEnd { get; internal init; }

    /// <summary>The head of a PUBLISH.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public MqttPublish Publish => Type == MqttPacketType.Publish && !IsPayload
        ? new MqttPublish
        {
            Topic = Body,
            Qos = (MqttQos)((Flags >> 1) & 3),
            Retain = (Flags & 1) != 0,
            Duplicate = (Flags & 8) != 0,
            PacketId = PacketId,
            Properties = Properties,
            PayloadBytes = PayloadBytes,
        }
        : throw new InvalidOperationException($"It is no head of a PUBLISH, but {MqttPacketNames.Of(Type)}.");

    /// <summary>What a CONNECT says.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public MqttConnect Connect
    {
        get
        {
            if (Type != MqttPacketType.Connect)
                throw new InvalidOperationException($"It is no CONNECT, but {MqttPacketNames.Of(Type)}.");
            MqttConnectBody.Read(Body, out var connect);
            return connect;
        }
    }

    /// <summary>What the packet type leaves to be read: the topic of PUBLISH, codes, entries, a piece of payload, all of CONNECT.</summary>
    internal ReadOnlySpan<byte> Body { get; init; }

    internal int PayloadBytes { get; init; }

    internal byte Flags { get; init; }

    internal bool IsPayload { get; init; }
}
