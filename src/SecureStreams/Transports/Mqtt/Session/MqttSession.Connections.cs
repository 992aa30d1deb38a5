namespace SecureStreams.Transports.Mqtt.Session;

/// <content>Connections that come and go.</content>
internal sealed partial class MqttSession
{
    // So far from both ends that neither messages nor answers reach one.
    private const long Unbounded = long.MaxValue / 2;

    /// <summary>Whether both sides have had a connection with this session, as far as this side knows.</summary>
    public bool IsEstablished => _isEstablished;

    /// <summary>The broker has accepted a connection; nothing was sent on it but CONNECT.</summary>
    /// <param name="isPresent">Session Present of CONNACK.</param>
    /// <param name="receiveMaximum">How many messages the broker takes at once (Receive Maximum, MQTT 5); 65535 where it says nothing.</param>
    /// <param name="ownReceiveMaximum">What this side has announced; null where it announced nothing, as in 3.1.1.</param>
    /// <returns>What the broker has of the session.</returns>
    /// <remarks>
    /// A session that both sides have goes on: PUBLISH in the order in which they were sent, with DUP, and PUBREL in the order of the PUBRECs (MQTT-4.4.0-1, section 4.6). A broker that has
    /// lost it makes all numbers void (MQTT 5: MQTT-3.2.2-5): what it had not taken over is sent as new, in its order, without DUP; what it had taken over is <see cref="MqttSettlement.Uncertain"/>.
    /// </remarks>
    public MqttResumption Connected(bool isPresent, int receiveMaximum, int? ownReceiveMaximum)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(receiveMaximum, 1);
        Disconnected();
        var found = (_isEstablished, isPresent) switch
        {
            (false, false) => MqttResumption.Fresh,
            (true, true) => MqttResumption.Resumed,
            (true, false) => MqttResumption.LostByBroker,
            (false, true) => MqttResumption.UnknownHere,
        };
        if (!isPresent && (InFlight > 0 || _arrived.Count > 0 || _filters.Count > 0))
            Renew();
        if (!_isEstablished)
        {
            _isEstablished = true;
            Record(static store => store.Established());
        }

        // At once: a process that dies now must not take the broker's new session for the old one.
        Commit();
        _isConnected = true;
        _window = Math.Min(_ownWindow, receiveMaximum);
        // What a broker had sent before, it may count anew or not at all; so of a session that goes on no bound is held against it.
        _arrivalQuota = isPresent ? Unbounded : ownReceiveMaximum ?? Unbounded;
        _isOverrunTold = false;
        _unsent = _sent.First;
        _unreleased = _released.First;
        return found;
    }

    /// <summary>What the next connection may have in flight, in place of what the session was made with. Before <see cref="Connected"/>.</summary>
    /// <param name="window">As <see cref="MqttSessionLimits.Window"/>.</param>
    /// <param name="exactlyOnce">As <see cref="MqttSessionLimits.ExactlyOnceWindow"/>.</param>
    public void Bound(int window, int exactlyOnce)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(exactlyOnce, 1);
        (_ownWindow, _exactlyOnceWindow) = (window, exactlyOnce);
    }

    /// <summary>The connection is over, and nothing of it reads from messages any more. What is unanswered stays. May be called again.</summary>
    public void Disconnected()
    {
        Written();
        _isConnected = false;
        _connectionEra++;
        _replies.Clear();
        _ids.ReturnRequests();
        _unsent = _unreleased = null;
        for (var message = _sent.First; message is { IsOut: true }; message = message.Next)
            message.IsOut = false;
        for (var message = _released.First; message is { IsOut: true }; message = message.Next)
            message.IsOut = false;
        _out = _outTwice = 0;
    }

    /// <summary>
    /// The session is over on this side (clean start; a session expiry of 0; its last use): all messages are <see cref="MqttSettlement.Lost"/>, but for those of QoS 2 that the broker has taken over,
    /// which are <see cref="MqttSettlement.Uncertain"/>; nothing is known any more of what came in. <see cref="TryTakeSettled"/> tells them. Not while connected: <see cref="Disconnected"/> comes first.
    /// </summary>
    public void End()
    {
        Disconnected();
        GiveUp(_released, MqttSettlement.Uncertain);
        GiveUp(_sent, MqttSettlement.Lost);
        GiveUp(_waiting, MqttSettlement.Lost);
        _ids.Clear();
        Forget();
        _isEstablished = false;
        Record(static store => store.Ended());
        Commit();
    }

    private void Record(Action<IMqttSessionStore> step)
    {
        if (!IsKeeping)
            return;
        step(_store);
        Changed();
    }

    /// <summary>Numbers are void: what was sent waits again, before what waited.</summary>
    private void Renew()
    {
        GiveUp(_released, MqttSettlement.Uncertain);
        while (_sent.Last is { } message)
        {
            _sent.Remove(message);
            message.Id = 0;
            message.WasSent = false;
            _waiting.AddFirst(message);
        }

        _ids.Clear();
        Forget();
        Record(static store => store.Renewed());
    }

    private void Forget()
    {
        _arrived.Clear();
        ForgetFilters();
        _sessionEra++;
    }

    private void GiveUp(MqttHeldList list, MqttSettlement how)
    {
        while (list.First is { } message)
        {
            list.Remove(message);
            Bytes -= message.Bytes;
            message.Empty(Pool);
            message.How = how;
            _toTell.Add(message);
        }
    }
}
