using SecureStreams.Implementation;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <summary>An incoming message that streams have still to take before the broker is answered. Reused by its connection.</summary>
internal sealed class MqttTaking(MqttConnection connection) : IMailboxWork
{
    private int _left;
    private int _isRefused;

    /// <summary>The message.</summary>
    public MqttArrivalTicket Ticket { get; private set; }

    /// <summary>The connection that it came on.</summary>
    public MqttLink? Link { get; private set; }

    /// <summary>Whether a stream went away without having taken it.</summary>
    public bool IsRefused => _isRefused != 0;

    /// <summary>Whether more than one stream gets it, or has had it.</summary>
    public bool IsShared { get; set; }

    /// <summary>Whether it is not answered in any case, because a stream could not even hold it.</summary>
    public bool IsLeft { get; set; }

    /// <summary>The connection whose message it is.</summary>
    public MqttConnection Connection => connection;

    /// <summary>The stream that takes nothing more until the connection has written down that the message is taken; null for none. By the last that takes it.</summary>
    public MqttTransport? Waits { get; set; }

    /// <summary>Begins with nobody but the connection itself.</summary>
    /// <param name="ticket">The message.</param>
    /// <param name="link">The connection that it came on.</param>
    /// <param name="isShared">Whether more than one stream gets it.</param>
    public void Begin(MqttArrivalTicket ticket, MqttLink link, bool isShared)
    {
        IsShared = isShared;
        Ticket = ticket;
        Link = link;
        IsLeft = false;
        Waits = null;
        _isRefused = 0;
        _left = 1;
    }

    /// <summary>One more has to take it. By the connection, while it holds it itself.</summary>
    public void Add() => Interlocked.Increment(ref _left);

    /// <summary>One has taken it, or has gone away without. From any thread.</summary>
    /// <returns>Whether it was the last: <see cref="MqttConnection.TakenOnMailbox"/> is to be called.</returns>
    public bool Done(bool taken)
    {
        if (!taken)
            Volatile.Write(ref _isRefused, 1);
        return Interlocked.Decrement(ref _left) == 0;
    }

    /// <summary>The connection lets go.</summary>
    /// <returns>Whether everybody has taken it already.</returns>
    public bool DoneOnMailbox() => Interlocked.Decrement(ref _left) == 0;

    void IMailboxWork.RunOnMailbox(long argument) => connection.TakenOnMailbox(this);
}
