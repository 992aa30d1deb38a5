using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session.Model;

/// <summary>
/// A broker as the standard wants it, and what it finds wrong with its client. It passes a message of QoS 2 on when it comes, or with its PUBREL: both are allowed (section 4.3.3).
/// </summary>
internal sealed class ModelBroker(Queue<ModelPacket> toClient, bool passesOnRelease, bool refusesSome)
{
    private readonly Dictionary<ushort, (ModelMessage Message, bool IsPassed)> _incoming = [];
    private readonly Queue<ModelMessage> _waiting = [];
    private readonly List<(ushort Id, ModelMessage Message, bool IsReleased)> _inFlight = [];
    private ushort _lastId;
    private int _window;
    private int _unanswered;
    private bool _isConnected;

    /// <summary>Messages that were passed on to subscribers, in order.</summary>
    public List<ModelMessage> Passed { get; } = [];

    /// <summary>QoS 2 that the broker had taken over and forgot before it passed them on.</summary>
    public HashSet<int> Forgotten { get; } = [];

    public bool HasSession { get; private set; }

    /// <summary>What the client may have unanswered.</summary>
    public int ReceiveMaximum { get; private set; }

    public bool IsIdle => _waiting.Count + _inFlight.Count == 0;

    public static bool Refuses(ModelMessage message) => message.Number % 5 == 3;

    public bool Connect(int receiveMaximum, int window)
    {
        var isPresent = HasSession;
        HasSession = true;
        _isConnected = true;
        _unanswered = 0;
        ReceiveMaximum = receiveMaximum;
        _window = window;
        foreach (var (id, message, isReleased) in _inFlight)
        {
            toClient.Enqueue(isReleased
                ? new ModelPacket(MqttSendKind.PubRel, id)
                : new ModelPacket(MqttSendKind.Publish, id, Message: message, IsDuplicate: true));
        }

        Send();
        return isPresent;
    }

    public void Disconnect() => _isConnected = false;

    /// <summary>Loses all that it knows of the client. What it had for it is gone too.</summary>
    public void Forget()
    {
        Assert.False(_isConnected);
        foreach (var (message, isPassed) in _incoming.Values)
        {
            if (!isPassed)
                Forgotten.Add(message.Number);
        }

        HasSession = false;
        _incoming.Clear();
        _waiting.Clear();
        _inFlight.Clear();
    }

    public void Publish(ModelMessage message)
    {
        if (!HasSession)
            return;
        _waiting.Enqueue(message);
        Send();
    }

    public void Take(ModelPacket packet)
    {
        switch (packet.Kind)
        {
            case MqttSendKind.Publish:
                Published(packet);
                break;
            case MqttSendKind.PubRel:
                Released(packet.Id);
                break;
            case MqttSendKind.PubRec:
                for (var index = 0; index < _inFlight.Count; index++)
                {
                    var (id, message, _) = _inFlight[index];
                    if (id != packet.Id)
                        continue;
                    _inFlight.RemoveAt(index);
                    _inFlight.Add((id, message, true));
                    break;
                }

                toClient.Enqueue(new ModelPacket(MqttSendKind.PubRel, packet.Id));
                break;
            default:
                _inFlight.RemoveAll(one => one.Id == packet.Id && one.Message.Qos == (packet.Kind == MqttSendKind.PubAck ? 1 : 2));
                Send();
                break;
        }
    }

    private void Published(ModelPacket packet)
    {
        var (id, message) = (packet.Id, packet.Message);
        Assert.NotEqual(0, id);
        Assert.True(++_unanswered <= ReceiveMaximum, $"More than {ReceiveMaximum} unanswered.");
        var known = _incoming.TryGetValue(id, out var before);
        if (known)
        {
            Assert.True(packet.IsDuplicate, $"Identifier {id} of {before.Message} used for {message}.");
            Assert.Equal(before.Message, message);
        }

        if (refusesSome && Refuses(message))
        {
            _unanswered--;
            toClient.Enqueue(new ModelPacket(message.Qos == 1 ? MqttSendKind.PubAck : MqttSendKind.PubRec, id, 0x97));
            return;
        }

        if (message.Qos == 1)
        {
            Passed.Add(message);
            _unanswered--;
            toClient.Enqueue(new ModelPacket(MqttSendKind.PubAck, id));
            return;
        }

        if (!known)
        {
            _incoming.Add(id, (message, !passesOnRelease));
            if (!passesOnRelease)
                Passed.Add(message);
        }

        toClient.Enqueue(new ModelPacket(MqttSendKind.PubRec, id));
    }

    private void Released(ushort id)
    {
        if (_incoming.Remove(id, out var one))
        {
            if (!one.IsPassed)
                Passed.Add(one.Message);
        }

        // A PUBREL of the connection before did not count on this one.
        _unanswered = Math.Max(0, _unanswered - 1);
        toClient.Enqueue(new ModelPacket(MqttSendKind.PubComp, id, one.Message.Qos == 2 ? (byte)0 : (byte)0x92));
    }

    private void Send()
    {
        while (_isConnected && _inFlight.Count < _window && _waiting.TryDequeue(out var message))
        {
            do
                _lastId = _lastId == 8 ? (ushort)1 : (ushort)(_lastId + 1);
            while (_inFlight.Exists(one => one.Id == _lastId));
            _inFlight.Add((_lastId, message, false));
            toClient.Enqueue(new ModelPacket(MqttSendKind.Publish, _lastId, Message: message));
        }
    }
}
