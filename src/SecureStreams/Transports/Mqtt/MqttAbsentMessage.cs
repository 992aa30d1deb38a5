using System.Buffers;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <summary>A message that came before the stream it is for was back; see <see cref="MqttConnection"/>. It owns its payload until <see cref="Return"/>.</summary>
internal sealed class MqttAbsentMessage
{
    private readonly byte[] _payload;
    private readonly byte[] _properties;
    private int _length;

    public MqttAbsentMessage(in MqttPublish publish, ReadOnlySpan<byte> topic, MqttArrivalTicket ticket, SsRxFlags kind)
    {
        Topic = topic.ToArray();
        Ticket = ticket;
        Kind = kind;
        Qos = publish.Qos;
        Retain = publish.Retain;
        Duplicate = publish.Duplicate;
        _properties = publish.Properties.Encoded.ToArray();
        _payload = ArrayPool<byte>.Shared.Rent(publish.PayloadBytes);
    }

    public byte[] Topic { get; }

    public MqttArrivalTicket Ticket { get; }

    public SsRxFlags Kind { get; }

    public MqttQos Qos { get; }

    public bool Retain { get; }

    public bool Duplicate { get; }

    /// <summary>Whether a stream has had it: the answer is that stream's.</summary>
    public bool IsGiven { get; set; }

    /// <summary>What waits for the first stream that had it; null while none has.</summary>
    public MqttTaking? Taking { get; set; }

    public ReadOnlySpan<byte> Payload => _payload.AsSpan(0, _length);

    /// <summary>The head as it came.</summary>
    public MqttPublish Head => new()
    {
        Topic = Topic,
        Qos = Qos,
        Retain = Retain,
        Duplicate = Duplicate,
        PacketId = Ticket.Id,
        Properties = new MqttProperties(_properties),
        PayloadBytes = _length,
    };

    public void Append(ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(_payload.AsSpan(_length));
        _length += piece.Length;
    }

    public void Return() => ArrayPool<byte>.Shared.Return(_payload);
}
