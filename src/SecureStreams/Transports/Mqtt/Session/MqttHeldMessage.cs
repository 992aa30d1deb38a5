using System.Buffers;

namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>A message of QoS 1 or 2 that a session holds until the broker has it. The record is reused; nobody but its session keeps one.</summary>
internal sealed class MqttHeldMessage
{
    private byte[]? _body;
    private int _topicBytes;
    private int _propertiesBytes;
    private int _payloadBytes;

    /// <summary>Its place among all messages of the session, from 1.</summary>
    public ulong Ticket { get; private set; }

    /// <summary>Its packet identifier; 0 while it waits for the window.</summary>
    public ushort Id { get; set; }

    /// <summary>1 or 2.</summary>
    public byte Qos { get; private set; }

    /// <summary>The RETAIN flag.</summary>
    public bool Retain { get; private set; }

    /// <summary>The topic, UTF-8.</summary>
    public ReadOnlySpan<byte> Topic => _body.AsSpan(0, _topicBytes);

    /// <summary>Properties of MQTT 5 in their encoded form, without their length and without a topic alias, which belongs to one connection; empty for none, and unused in 3.1.1.</summary>
    public ReadOnlySpan<byte> Properties => _body.AsSpan(_topicBytes, _propertiesBytes);

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload => _body.AsSpan(_topicBytes + _propertiesBytes, _payloadBytes);

    /// <summary>Bytes of all three.</summary>
    public int Bytes => _topicBytes + _propertiesBytes + _payloadBytes;

    /// <summary>Who gave it; null for nobody who can be told.</summary>
    public object? Owner { get; set; }

    /// <summary>Whether a PUBLISH with it may have left, on this connection or one before: the next one carries DUP.</summary>
    public bool WasSent { get; set; }

    /// <summary>Whether its PUBLISH, or once it is released its PUBREL, was handed out on the connection there is now.</summary>
    public bool IsOut { get; set; }

    /// <summary>What became of it, once that is known and still to be told.</summary>
    public MqttSettlement How { get; set; }

    /// <summary>The reason code of the answer that settled it.</summary>
    public byte Reason { get; set; }

    /// <summary>The list it is in; null for none.</summary>
    public MqttHeldList? List { get; set; }

    /// <summary>Before it in its list.</summary>
    public MqttHeldMessage? Previous { get; set; }

    /// <summary>Behind it in its list.</summary>
    public MqttHeldMessage? Next { get; set; }

    /// <summary>Takes over the memory of a message.</summary>
    public void Fill(ulong ticket, in MqttOutgoing message)
    {
        Ticket = ticket;
        Id = 0;
        Qos = message.Qos;
        Retain = message.Retain;
        Owner = message.Owner;
        WasSent = IsOut = false;
        Reason = 0;
        How = MqttSettlement.None;
        _body = message.Body;
        _topicBytes = message.TopicBytes;
        _propertiesBytes = message.PropertiesBytes;
        _payloadBytes = message.PayloadBytes;
    }

    /// <summary>Gives the memory back; of the message nothing but its identifier and owner is left.</summary>
    public void Empty(ArrayPool<byte> pool)
    {
        var body = _body;
        _body = null;
        _topicBytes = _propertiesBytes = _payloadBytes = 0;
        if (body is not null)
            pool.Return(body);
    }
}
