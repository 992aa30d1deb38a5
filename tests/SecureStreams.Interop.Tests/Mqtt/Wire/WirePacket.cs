using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Interop.Tests.Mqtt.Wire;

/// <summary>A packet as it was read, kept beyond the call.</summary>
/// <param name="Type">Which it is.</param>
/// <param name="PacketId">Its identifier; 0 for none.</param>
/// <param name="Text">What else it says: codes, or topic, flags, properties and payload.</param>
internal sealed record WirePacket(MqttPacketType Type, ushort PacketId, string Text);
