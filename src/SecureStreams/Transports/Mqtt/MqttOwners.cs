using System.Collections.Concurrent;

namespace SecureStreams.Transports.Mqtt;

/// <summary>A stream over all its attempts, at whichever brokers, as whichever clients. On the stream's mailbox, but for what is said to be from anywhere.</summary>
internal sealed class MqttOwners
{
    private readonly Dictionary<object, MqttOwner> _owners = [];
    private readonly ConcurrentQueue<MqttVerdict> _carried = new();
    private MqttTransport? _current;

    /// <summary>The client that the stream is, by its last attempt.</summary>
    public MqttOwner? Last { get; set; }

    /// <summary>The number of the message that was begun last.</summary>
    public long Messages { get; set; }

    /// <summary>The stream as the client of that identity, for messages that outlive an attempt.</summary>
    /// <param name="identity">The client.</param>
    public MqttOwner Get(object identity)
    {
        if (!_owners.TryGetValue(identity, out var owner))
            _owners.Add(identity, owner = new MqttOwner());
        return owner;
    }

    /// <summary>An attempt begins: it is the one that tells.</summary>
    public void Begin(MqttTransport transport) => Volatile.Write(ref _current, transport);

    /// <summary>What became of a message that the stream sent as another client. From any thread.</summary>
    public void Carry(in MqttVerdict verdict) => _carried.Enqueue(verdict);

    /// <summary>All was carried that there is: the attempt is to tell it. From any thread.</summary>
    public void TellCarried()
    {
        // After what was put in: an attempt that begins now finds it, and one that has begun is seen here.
        if (!_carried.IsEmpty)
            Volatile.Read(ref _current)?.CarriedFromConnection();
    }

    /// <summary>What became of a message that the stream sent as another client.</summary>
    public bool TryTakeCarried(out MqttVerdict verdict) => _carried.TryDequeue(out verdict);
}
