using System.Buffers;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <summary>Whole messages of one stream on their way to the connection. It has one holder at a time: the stream's writer while it is filled, the connection while it is emptied.</summary>
internal sealed class MqttBatch
{
    private MqttOutgoing[] _messages = new MqttOutgoing[4];
    private int _next;

    /// <summary>How many messages are in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether all messages have been taken out.</summary>
    public bool IsEmpty => _next == Count;

    /// <summary>The next message to be taken out.</summary>
    public ref readonly MqttOutgoing Next => ref _messages[_next];

    /// <summary>One of the messages.</summary>
    public ref MqttOutgoing this[int index] => ref _messages[index];

    /// <summary>Puts one at the end; its array comes along.</summary>
    public void Add(in MqttOutgoing message)
    {
        if (Count == _messages.Length)
            Array.Resize(ref _messages, 2 * Count);
        _messages[Count++] = message;
    }

    /// <summary>Takes the last one out.</summary>
    public MqttOutgoing RemoveLast()
    {
        var last = _messages[--Count];
        _messages[Count] = default;
        return last;
    }

    /// <summary>The next message was taken out, and its array with it.</summary>
    public void Took()
    {
        _messages[_next++] = default;
        if (!IsEmpty)
            return;
        _next = Count = 0;
    }

    /// <summary>Drops what is left.</summary>
    public void Clear()
    {
        while (!IsEmpty)
        {
            MqttBodies.Pool.Return(Next.Body);
            Took();
        }
    }
}
