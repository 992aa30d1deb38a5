using System.Buffers.Binary;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>
/// Reads along what a broker sends through relays, and takes down where it breaks exactly-once itself: mosquitto 2.0.11 sends a message of QoS 2 as PUBLISH again, for which it has sent PUBREL,
/// when a connection ends while it repeats that PUBREL (against MQTT-4.3.3-1). A receiver that has answered PUBREL has to take such a message for a new one (MQTT-4.3.3-2). From any thread.
/// </summary>
/// <param name="version">4 for MQTT 3.1.1, 5 for MQTT 5.</param>
internal sealed class BrokerWitness(int version)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, long> _numbers = [];
    private readonly HashSet<ushort> _released = [];
    private readonly Dictionary<long, int> _repeated = [];

    /// <summary>Reads along on a connection.</summary>
    public void Watch(RelayedConnection connection) => connection.Passing = new Reader(this, version).Take;

    /// <summary>How often the broker sent a message again that it must not send again.</summary>
    public int Repeated(long number)
    {
        lock (_lock)
            return _repeated.GetValueOrDefault(number);
    }

    private void Published(ushort id, long number)
    {
        lock (_lock)
        {
            if (_released.Remove(id) && _numbers.GetValueOrDefault(id) == number)
                _repeated[number] = _repeated.GetValueOrDefault(number) + 1;
            _numbers[id] = number;
        }
    }

    private void Released(ushort id)
    {
        lock (_lock)
            _released.Add(id);
    }

    private sealed class Reader(BrokerWitness witness, int version)
    {
        private readonly MqttPacketReader _reader = MqttPacketReader.ForClient((MqttVersion)version, new MqttReaderLimits());
        private readonly byte[] _number = new byte[sizeof(long)];
        private int _gathered;
        private ushort _id;

        public void Take(RelayDirection direction, ReadOnlySpan<byte> bytes)
        {
            if (direction != RelayDirection.ToClient)
                return;
            while (true)
            {
                switch (_reader.Read(ref bytes, out var packet))
                {
                    case MqttReadKind.NeedMore or MqttReadKind.Violation:
                        return;
                    case MqttReadKind.Publish:
                        _id = packet.Publish.Qos == MqttQos.ExactlyOnce ? packet.PacketId : (ushort)0;
                        _gathered = 0;
                        break;
                    case MqttReadKind.Payload:
                        Gather(packet.Payload);
                        break;
                    default:
                        if (packet.Type == MqttPacketType.PublishRelease)
                            witness.Released(packet.PacketId);
                        break;
                }
            }
        }

        private void Gather(ReadOnlySpan<byte> payload)
        {
            if (_id == 0 || _gathered == sizeof(long))
                return;
            var more = payload[..Math.Min(payload.Length, sizeof(long) - _gathered)];
            more.CopyTo(_number.AsSpan(_gathered));
            _gathered += more.Length;
            if (_gathered == sizeof(long))
                witness.Published(_id, BinaryPrimitives.ReadInt64BigEndian(_number));
        }
    }
}
