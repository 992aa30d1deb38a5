using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>The payloads, as text, of all messages that a broker of MQTT 3.1.1 sends through relays, in their order: also of those that come once more. From any thread.</summary>
internal sealed class PublishTape
{
    private readonly Lock _lock = new();
    private readonly List<string> _payloads = [];

    /// <summary>The payloads so far.</summary>
    public IReadOnlyList<string> Payloads
    {
        get
        {
            lock (_lock)
                return [.. _payloads];
        }
    }

    /// <summary>Reads along on a connection.</summary>
    public void Watch(int number, RelayedConnection connection)
    {
        var reader = MqttPacketReader.ForClient(MqttVersion.V311, new MqttReaderLimits());
        var payload = new StringBuilder();
        connection.Passing = (direction, bytes) =>
        {
            if (direction != RelayDirection.ToClient)
                return;
            while (reader.Read(ref bytes, out var packet) is var kind && kind is not (MqttReadKind.NeedMore or MqttReadKind.Violation))
            {
                if (kind != MqttReadKind.Payload)
                    continue;
                payload.Append(Encoding.UTF8.GetString(packet.Payload));
                if (!packet.IsEnd)
                    continue;
                lock (_lock)
                    _payloads.Add(payload.ToString());
                payload.Clear();
            }
        };
    }
}
