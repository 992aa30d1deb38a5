using System.Buffers.Binary;
using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>A packet that a client sent, as a test looks at it: taken apart by hand, so that codec and test do not err together.</summary>
internal sealed record MqttSeen(MqttPacketType Type, int Flags, byte[] Body)
{
    public int Qos => (Flags >> 1) & 3;

    public bool Retain => (Flags & 1) != 0;

    public bool Duplicate => (Flags & 8) != 0;

    /// <summary>Of PUBLISH.</summary>
    public string Topic => Encoding.UTF8.GetString(Body, 2, TopicBytes);

    /// <summary>The packet identifier, where there is one.</summary>
    public ushort Id => BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(Type == MqttPacketType.Publish ? 2 + TopicBytes : 0));

    /// <summary>Of a PUBLISH of MQTT 3.1.1.</summary>
    public byte[] Payload => Body[(2 + TopicBytes + (Qos > 0 ? 2 : 0))..];

    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>Of SUBSCRIBE and UNSUBSCRIBE of MQTT 3.1.1: the first filter.</summary>
    public string Filter => Encoding.UTF8.GetString(Body, 4, BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(2)));

    /// <summary>Of SUBSCRIBE: what is asked for with the first filter.</summary>
    public int AskedQos => Body[4 + BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(2))] & 3;

    private int TopicBytes => BinaryPrimitives.ReadUInt16BigEndian(Body);

    public override string ToString() => Type switch
    {
        MqttPacketType.Publish => $"PUBLISH {Topic} q{Qos}{(Retain ? " r" : "")}{(Duplicate ? " dup" : "")}{(Qos > 0 ? $" #{Id}" : "")} {(Payload.Length < 40 ? Text : Payload.Length)}",
        MqttPacketType.Subscribe => $"SUBSCRIBE {Filter} q{AskedQos}",
        MqttPacketType.Unsubscribe => $"UNSUBSCRIBE {Filter}",
        _ => MqttPacketNames.Of(Type),
    };
}
