using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>A message on its way to one client.</summary>
internal sealed class MqttBrokerDelivery(MqttBrokerMessage message, MqttQos qos, bool retain, byte[] properties)
{
    public MqttBrokerMessage Message => message;

    public MqttQos Qos => qos;

    public bool Retain => retain;

    public byte[] Properties => properties;

    public ushort Id { get; set; }

    public bool IsReleased { get; set; }
}
