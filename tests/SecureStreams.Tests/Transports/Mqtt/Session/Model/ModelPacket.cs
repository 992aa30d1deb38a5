using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session.Model;

/// <summary>A packet on its way.</summary>
internal readonly record struct ModelPacket(MqttSendKind Kind, ushort Id, byte Reason = 0, ModelMessage Message = default, bool IsDuplicate = false);
