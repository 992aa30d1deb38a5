namespace SecureStreams.Transports.Mqtt.Session;

/// <content>The way of the state to a store and back. Steps of a store are not trusted: each says whether it fits what went before, and changes nothing if not.</content>
internal sealed partial class MqttSession
{
    /// <summary>Tells the whole state in the fewest steps.</summary>
    public void Describe(IMqttSessionRecords to)
    {
        if (_isEstablished)
            to.Established();
        for (var message = _released.First; message is not null; message = message.Next)
        {
            to.Held(message.Ticket, message.Qos, message.Retain, topic: default, properties: default, payload: default);
            to.Numbered(message.Ticket, message.Id);
            to.Released(message.Ticket);
        }

        for (var message = _sent.First; message is not null; message = message.Next)
        {
            to.Held(message.Ticket, message.Qos, message.Retain, message.Topic, message.Properties, message.Payload);
            to.Numbered(message.Ticket, message.Id);
        }

        for (var message = _waiting.First; message is not null; message = message.Next)
            to.Held(message.Ticket, message.Qos, message.Retain, message.Topic, message.Properties, message.Payload);
        foreach (var (id, isTaken) in _arrived)
        {
            if (isTaken)
                to.Accepted(id);
        }

        DescribeFilters(to);
    }

    /// <summary>For <see cref="MqttSessionRestorer"/> only, as all that follow.</summary>
    internal void RestoreEstablished() => _isEstablished = true;

    internal MqttHeldMessage RestoreHeld(ulong ticket, in MqttOutgoing message)
    {
        _lastTicket = Math.Max(_lastTicket, ticket);
        return Hold(ticket, message);
    }

    internal bool TryRestoreNumbered(MqttHeldMessage message, ushort id)
    {
        if (message.List != _waiting || !_ids.TryUse(id, message))
            return false;
        Number(message, id);
        message.WasSent = true;
        return true;
    }

    internal bool TryRestoreReleased(MqttHeldMessage message)
    {
        if (message.List != _sent || message.Qos != 2)
            return false;
        Release(message);
        return true;
    }

    internal void RestoreSettled(MqttHeldMessage message) => Settle(message, MqttSettlement.Acknowledged, reason: 0);

    internal bool TryRestoreAccepted(ushort id) => id != 0 && _arrived.TryAdd(id, true);

    internal bool TryRestoreForgotten(ushort id) => _arrived.Remove(id);

    internal void RestoreRenewed()
    {
        Renew();
        DropSettled();
    }

    internal void RestoreEnded()
    {
        End();
        DropSettled();
    }

    private void DropSettled()
    {
        while (TryTakeSettled(out _))
        {
            // Whoever gave them went with the process that kept them.
        }
    }
}
