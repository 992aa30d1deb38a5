using System.Diagnostics;

namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>Messages in order, linked through themselves, so that each leaves from its place at once and nothing is allocated.</summary>
internal sealed class MqttHeldList
{
    /// <summary>The first; null for none.</summary>
    public MqttHeldMessage? First { get; private set; }

    /// <summary>The last; null for none.</summary>
    public MqttHeldMessage? Last { get; private set; }

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Puts one that is in no list at the end.</summary>
    public void Add(MqttHeldMessage message)
    {
        Debug.Assert(message.List is null, "A message is in one list.");
        message.List = this;
        message.Previous = Last;
        message.Next = null;
        if (Last is { } last)
            last.Next = message;
        else
            First = message;
        Last = message;
        Count++;
    }

    /// <summary>Puts one that is in no list at the front.</summary>
    public void AddFirst(MqttHeldMessage message)
    {
        Debug.Assert(message.List is null, "A message is in one list.");
        message.List = this;
        message.Previous = null;
        message.Next = First;
        if (First is { } first)
            first.Previous = message;
        else
            Last = message;
        First = message;
        Count++;
    }

    /// <summary>Takes one out.</summary>
    public void Remove(MqttHeldMessage message)
    {
        Debug.Assert(message.List == this, "It is in this list.");
        if (message.Previous is { } previous)
            previous.Next = message.Next;
        else
            First = message.Next;
        if (message.Next is { } next)
            next.Previous = message.Previous;
        else
            Last = message.Previous;
        message.Previous = message.Next = null;
        message.List = null;
        Count--;
    }
}
