using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>What the broker remembers of a client.</summary>
internal sealed class MqttBrokerSession(string clientId)
{
    private ushort _lastId;

    public string ClientId => clientId;

    /// <summary>Whether it outlasts its connection.</summary>
    public bool IsKept { get; set; }

    public MqttBrokerLink? Link { get; set; }

    public List<MqttBrokerSubscription> Subscriptions { get; } = [];

    /// <summary>What waits for the window or for a connection.</summary>
    public Queue<MqttBrokerDelivery> Waiting { get; } = [];

    /// <summary>In the order of sending.</summary>
    public List<MqttBrokerDelivery> InFlight { get; } = [];

    /// <summary>QoS 2 that came in, until PUBREL.</summary>
    public HashSet<ushort> Incoming { get; } = [];

    public ushort NextId()
    {
        do
            _lastId = _lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1);
        while (InFlight.Exists(delivery => delivery.Id == _lastId));
        return _lastId;
    }

    public MqttBrokerSubscription? Find(string filter) => Subscriptions.Find(one => one.Filter.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(filter)));

    /// <summary>Of all that match the one with the highest QoS, as most brokers do: one copy for a client.</summary>
    public MqttBrokerSubscription? Best(MqttBrokerMessage message)
    {
        MqttBrokerSubscription? best = null;
        foreach (var one in Subscriptions)
        {
            if (MqttTopics.Matches(one.Filter, message.TopicBytes) && !(one.Options.NoLocal && message.From == ClientId) && (best is null || one.Options.Qos > best.Options.Qos))
                best = one;
        }

        return best;
    }
}
