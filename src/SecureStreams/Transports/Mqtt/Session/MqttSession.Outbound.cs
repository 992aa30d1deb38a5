namespace SecureStreams.Transports.Mqtt.Session;

/// <content>How messages move from list to list, each with its step in the store.</content>
internal sealed partial class MqttSession
{
    /// <summary>Reason codes from here on say that something failed (MQTT 5 section 2.4).</summary>
    private const byte RefusalFrom = 0x80;

    /// <summary>Packet Identifier not found.</summary>
    private const byte NotFound = 0x92;

    private static MqttSettlement How(byte reason) => reason < RefusalFrom ? MqttSettlement.Acknowledged : MqttSettlement.Refused;

    private static void Disown(MqttHeldList list, object owner)
    {
        for (var message = list.First; message is not null; message = message.Next)
        {
            if (ReferenceEquals(message.Owner, owner))
                message.Owner = null;
        }
    }

    private MqttSettled Stray()
    {
        Strays++;
        return default;
    }

    /// <summary>A step was told to the store. Between connections no drain commits it later.</summary>
    private void Changed()
    {
        _isUncommitted = true;
        if (!_isConnected && !_isLoading && !_isDisposed)
            Commit();
    }

    private MqttHeldMessage Hold(ulong ticket, in MqttOutgoing message)
    {
        if (!_spares.TryPop(out var held))
            held = new MqttHeldMessage();
        held.Fill(ticket, message);
        Bytes += held.Bytes;
        _waiting.Add(held);
        return held;
    }

    /// <summary>Gives numbers to all that the window takes, at once, so that the store is asked once.</summary>
    private void Number()
    {
        while (_waiting.First is { } message && InFlight < _window && _ids.Take(message) is > 0 and var id)
        {
            Number(message, id);
            if (IsKeeping)
            {
                _store.Numbered(message.Ticket, id);
                Changed();
            }
        }
    }

    private void Number(MqttHeldMessage message, ushort id)
    {
        _waiting.Remove(message);
        message.Id = id;
        _sent.Add(message);
        _unsent ??= message;
    }

    /// <summary>The broker has it: its memory goes back, its number stays until PUBCOMP.</summary>
    private void Release(MqttHeldMessage message)
    {
        TakeOut(message);
        Bytes -= message.Bytes;
        if (message != _writing)
            message.Empty(Pool);
        _released.Add(message);
        _unreleased ??= message;
        if (IsKeeping)
        {
            _store.Released(message.Ticket);
            Changed();
        }
    }

    private MqttSettled Settle(MqttHeldMessage message, MqttSettlement how, byte reason)
    {
        var settled = new MqttSettled(how, message.Owner, message.Ticket, reason);
        if (message.List != _released)
            Bytes -= message.Bytes;
        TakeOut(message);
        _ids.Return(message.Id);
        if (IsKeeping)
        {
            _store.Settled(message.Ticket);
            Changed();
        }

        if (message == _writing)
            _writingIsSettled = true;
        else
            Recycle(message);
        return settled;
    }

    /// <summary>Takes a message out of its list, past which the places of sending move on.</summary>
    private void TakeOut(MqttHeldMessage message)
    {
        if (message == _unsent)
            _unsent = message.Next;
        if (message == _unreleased)
            _unreleased = message.Next;
        if (message.IsOut && message.List == _sent)
        {
            _out--;
            if (message.Qos == 2)
                _outTwice--;
        }

        message.IsOut = false;
        message.List?.Remove(message);
    }

    private void Recycle(MqttHeldMessage message)
    {
        message.Empty(Pool);
        message.Owner = null;
        if (_spares.Count < MqttSessionDefaults.SpareRecords)
            _spares.Push(message);
    }
}
