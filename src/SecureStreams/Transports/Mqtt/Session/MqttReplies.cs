namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>Answers that wait to be sent, in their order, in a ring that grows to what the peer asks for at once and is let go when it is empty and large.</summary>
internal sealed class MqttReplies
{
    private const int Smallest = 16;
    private const int LargestKept = 1024;

    private Reply[] _ring = [];
    private int _head;

    private readonly record struct Reply(MqttSendKind Kind, byte Reason, ushort Id);

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>Puts one at the end.</summary>
    public void Add(MqttSendKind kind, ushort id, byte reason)
    {
        if (Count == _ring.Length)
            Grow();
        _ring[(_head + Count) & (_ring.Length - 1)] = new Reply(kind, reason, id);
        Count++;
    }

    /// <summary>Takes the first.</summary>
    public bool TryTake(out MqttSend send)
    {
        if (Count == 0)
        {
            send = default;
            return false;
        }

        var reply = _ring[_head];
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        send = new MqttSend(reply.Kind, reply.Id, reply.Reason, Message: null, IsDuplicate: false);
        return true;
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        Count = _head = 0;
        if (_ring.Length > LargestKept)
            _ring = [];
    }

    private void Grow()
    {
        var larger = new Reply[Math.Max(Smallest, 2 * _ring.Length)];
        for (var index = 0; index < Count; index++)
            larger[index] = _ring[(_head + index) & (_ring.Length - 1)];
        _ring = larger;
        _head = 0;
    }
}
