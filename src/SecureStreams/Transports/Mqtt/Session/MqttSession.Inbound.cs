namespace SecureStreams.Transports.Mqtt.Session;

/// <content>Messages of QoS 1 and 2 that come in.</content>
internal sealed partial class MqttSession
{
    // QoS 2: whether its streams have taken it, by identifier, from PUBLISH to PUBREL.
    private readonly Dictionary<ushort, bool> _arrived = [];
    private uint _connectionEra;
    private uint _sessionEra;

    // What the broker may still send before it waits for an answer of ours (MQTT 5 section 4.9). Answers count when they are handed out, which is never later than the broker counts
    // them, and beyond the bound too: so a sound broker is never found at fault.
    private long _arrivalQuota;
    private bool _isOverrunTold;

    /// <summary>Identifiers of QoS 2 messages that came in and are not completed.</summary>
    public int Incoming => _arrived.Count;

    /// <summary>The head of a PUBLISH of QoS 1 or 2 is there.</summary>
    /// <param name="id">Its packet identifier.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="ticket">Of a message that is to be delivered.</param>
    /// <remarks>The DUP flag decides nothing (section 4.3.3): of QoS 2 the identifier alone does, and QoS 1 may always be one more.</remarks>
    public MqttArrival PublishArrived(ushort id, byte qos, out MqttArrivalTicket ticket)
    {
        ticket = default;
        if (id == 0)
            return MqttArrival.NoIdentifier;
        _arrivalQuota--;
        if (qos == 1)
        {
            ticket = new MqttArrivalTicket(id, qos, _connectionEra);
            return MqttArrival.Deliver;
        }

        if (!_arrived.TryGetValue(id, out var isTaken))
        {
            _arrived.Add(id, false);
            ticket = new MqttArrivalTicket(id, qos, _sessionEra);
            return MqttArrival.Deliver;
        }

        // One that its streams are still busy with is answered when they have taken it.
        if (isTaken)
            Reply(MqttSendKind.PubRec, id, reason: 0);
        return MqttArrival.Duplicate;
    }

    /// <summary>Whether the broker has sent more than was announced before it had answers to what came first; said once for each connection. What it sends is taken all the same.</summary>
    public bool TakeOverrun()
    {
        if (_arrivalQuota >= 0 || _isOverrunTold)
            return false;
        return _isOverrunTold = true;
    }

    /// <summary>
    /// The streams of a message have taken it: PUBACK or PUBREC follows. That one of QoS 2 is taken is in the store when this returns, before its streams get another one: a process that dies gets no
    /// more again than what its streams had in hand.
    /// </summary>
    public void Accept(MqttArrivalTicket ticket)
    {
        if (!IsOpen(ticket))
            return;
        if (ticket.Qos == 1)
        {
            Reply(MqttSendKind.PubAck, ticket.Id, reason: 0);
            return;
        }

        _arrived[ticket.Id] = true;
        if (IsKeeping)
        {
            _store.Accepted(ticket.Id);
            Changed();
            Commit();
        }

        if (_isConnected)
            Reply(MqttSendKind.PubRec, ticket.Id, reason: 0);
    }

    /// <summary>MQTT 5: the message is refused with a reason; the broker drops it. In 3.1.1 there is no refusal: see <see cref="Leave"/>.</summary>
    /// <param name="ticket">Of the message.</param>
    /// <param name="reason">0x80 or above.</param>
    public void Refuse(MqttArrivalTicket ticket, byte reason)
    {
        if (!IsOpen(ticket))
            return;
        if (ticket.Qos == 2)
            _arrived.Remove(ticket.Id);
        if (_isConnected)
            Reply(ticket.Qos == 1 ? MqttSendKind.PubAck : MqttSendKind.PubRec, ticket.Id, reason);
    }

    /// <summary>The message was not taken and is not answered: the broker sends it again on the next connection.</summary>
    public void Leave(MqttArrivalTicket ticket)
    {
        if (ticket.Qos == 2 && IsOpen(ticket))
            _arrived.Remove(ticket.Id);
    }

    /// <summary>PUBREL came: the identifier is free, PUBCOMP follows, with reason 0x92 where it is not known (MQTT 5 section 4.3.3; 3.1.1 answers all alike).</summary>
    /// <param name="id">Its packet identifier.</param>
    public void PubRelArrived(ushort id)
    {
        // One that its streams are still busy with was not answered with PUBREC, so this is no PUBREL for it.
        if (!_arrived.TryGetValue(id, out var isTaken) || !isTaken)
        {
            Strays++;
            Reply(MqttSendKind.PubComp, id, NotFound);
            return;
        }

        _arrived.Remove(id);
        if (IsKeeping)
        {
            _store.Forgotten(id);
            Changed();
        }

        Reply(MqttSendKind.PubComp, id, reason: 0);
    }

    private bool IsOpen(MqttArrivalTicket ticket) => ticket.Qos switch
    {
        1 => _isConnected && ticket.Era == _connectionEra,
        2 => ticket.Era == _sessionEra && _arrived.TryGetValue(ticket.Id, out var isTaken) && !isTaken,
        _ => false,
    };

    /// <summary>More than a sound broker can wait for are not kept: it asks without reading, and asks again on the next connection.</summary>
    private void Reply(MqttSendKind kind, ushort id, byte reason)
    {
        if (_replies.Count < MqttSessionDefaults.MostReplies)
            _replies.Add(kind, id, reason);
    }

    private bool TryTakeReply(out MqttSend send)
    {
        if (!_replies.TryTake(out send))
            return false;
        if (send.Kind is MqttSendKind.PubAck or MqttSendKind.PubComp || (send.Kind is MqttSendKind.PubRec && send.Reason >= RefusalFrom))
            _arrivalQuota++;
        return true;
    }
}
