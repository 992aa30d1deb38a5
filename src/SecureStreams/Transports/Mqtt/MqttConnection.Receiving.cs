using SecureStreams.Codecs.Mqtt;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// A message goes to every stream that subscribes to it, piece by piece as it arrives: into the handler where the stream is idle, else into its queue. It is answered when all of them have taken
/// it. What a slow stream may hold is bounded, and what happens beyond that is said in docs/mqtt.md.
/// </remarks>
internal sealed partial class MqttConnection
{
    private readonly List<MqttMember> _targets = [];
    private readonly Stack<MqttTaking> _spareTakings = new();
    private MqttArrivalTicket _ticket;
    private MqttTaking? _taking;
    private SsRxFlags _kind;
    private bool _isSkipped;
    private bool _isFirst;
    private bool _hasFailed;
    private bool _isLeft;
    private bool _isAcknowledged;
    private bool _isArriving;
    private byte[] _topic = [];
    private int _topicBytes;

    /// <summary>Of the message that comes in now, if it has QoS 1 or 2.</summary>
    private ReadOnlySpan<byte> Topic => _topic.AsSpan(0, _topicBytes);

    /// <summary>The head of a message is there.</summary>
    /// <param name="publish">The head.</param>
    /// <param name="topic">Its topic.</param>
    public void PublishOnMailbox(in MqttPublish publish, ReadOnlySpan<byte> topic)
    {
        _targets.Clear();
        _isSkipped = false;
        _isFirst = true;
        _hasFailed = false;
        _isLeft = false;
        _taking = null;
        _isAcknowledged = publish.Qos != MqttQos.AtMostOnce;
        _topicBytes = 0;
        _kind = SsRxFlags.None;
        if (_isAcknowledged)
        {
            switch (Session.PublishArrived(publish.PacketId, (byte)publish.Qos, out _ticket))
            {
                case MqttArrival.Duplicate:
                    _isSkipped = true;
                    return;
                case MqttArrival.NoIdentifier:
                    _isSkipped = true;
                    _link!.ViolatedOnMailbox(MqttReasonCode.MalformedPacket, "it sent a message whose packet identifier is 0");
                    return;
            }

            // mosquitto 2.0.11 does it to every stream that is slow: to leave it, as MQTT 5 section 3.3.4 has it, would cost such a stream its connection again and again, and its queue is bounded anyway.
            if (Session.TakeOverrun())
                MqttLog.Overrun(Factory.Logger, ClientId, _link!.ReceiveMaximum);
        }

        _isArriving = _isAcknowledged;
        if (_isAcknowledged)
        {
            if (_topic.Length < topic.Length)
                _topic = new byte[Math.Max(2 * _topic.Length, topic.Length)];
            topic.CopyTo(_topic);
            _topicBytes = topic.Length;
        }

        if (_link!.Version == MqttVersion.V5 && publish.Properties.NumberOr(MqttPropertyId.PayloadFormatIndicator, 0) == 1)
            _kind = SsRxFlags.Text;
        _table.Match(topic, _targets);
        if (_isAcknowledged && _away.Count > 0)
            MatchAway(topic);
        for (var i = 0; i < _targets.Count; i++)
            AdmitOnMailbox(_targets[i], publish, topic);
        if (_targets.Count == 0)
            BeginAbsentOnMailbox(publish, topic);
    }

    /// <summary>A piece of the payload is there.</summary>
    public void PayloadOnMailbox(ReadOnlySpan<byte> payload, bool isEnd)
    {
        if (_isSkipped || TryAppendAbsentOnMailbox(payload, isEnd))
            return;
        do
        {
            var piece = payload[..Math.Min(payload.Length, LinkDefaults.PieceBytes)];
            payload = payload[piece.Length..];
            var isLast = isEnd && payload.IsEmpty;
            var flags = _kind | (_isFirst ? SsRxFlags.StartOfMessage : SsRxFlags.None) | (isLast ? SsRxFlags.EndOfMessage : SsRxFlags.None);
            var mustLook = false;
            for (var i = 0; i < _targets.Count; i++)
                mustLook |= GiveOnMailbox(_targets[i], piece, flags, isLast);
            _isFirst = false;
            if (isLast)
            {
                _isArriving = false;
                AnswerOnMailbox();
            }

            if (mustLook)
                LookAtFlowOnMailbox();
        }
        while (!payload.IsEmpty);
    }

    /// <summary>All streams have taken a message that they could not take at once, or are gone.</summary>
    public void TakenOnMailbox(MqttTaking taking)
    {
        Mailbox.AssertCurrent();
        if (taking.IsRefused && taking.Link != _link)
        {
            // It came on the connection before this one, to a stream that went with that. Where the broker has sent it again meanwhile it was passed over as one that is being taken: so it has to
            // be sent once more, which a broker does on a new connection only.
            Session.Leave(taking.Ticket);
            if (taking.Ticket.Qos == 2 && _link is { IsUp: true, IsEnding: false } link)
                link.FailOnMailbox(MqttFailures.SentAgain(link.EndpointOnMailbox!));
        }
        else if (taking.IsLeft)
        {
            Session.Leave(taking.Ticket);
        }
        else
        {
            AnswerOnMailbox(taking.Ticket, taking.IsRefused);
        }

        taking.Waits?.WrittenDownFromConnection();
        _spareTakings.Push(taking);
        TurnOverSoonOnMailbox();
    }

    /// <summary>The connection is over: a message that it cut off was not taken by anybody, and is to be given when it comes again whole.</summary>
    private void LeaveUnfinishedOnMailbox()
    {
        if (_isArriving)
            Session.Leave(_ticket);
        _isArriving = false;
    }

    /// <summary>Decides whether a stream gets a message.</summary>
    private void AdmitOnMailbox(MqttMember member, in MqttPublish publish, ReadOnlySpan<byte> topic)
    {
        member.SkipsMessage = false;
        member.HasQueuedFirst = false;
        if (publish.PayloadBytes > member.Plan.MaxMessageBytes)
        {
            member.SkipsMessage = true;
            if (member.IsAway)
                return;
            CloseOnMailbox(member, MqttFailures.TooLargeToTake(member.Plan, publish.PayloadBytes, member.Attempt.Endpoint));
            member.Post(MqttRequest.Detach);
            return;
        }

        // Who has a connection alone slows the broker down instead.
        var held = member.IsAway ? member.Transport.Owner.KeptBytes : member.Transport.HeldBytes;
        if (held > 0 && (_members.Count > 1 || member.IsAway))
        {
            var cap = _isAcknowledged ? (long)MqttDefaults.UnansweredFactor * member.Plan.ReceiveCap : member.Plan.ReceiveCap;
            if (held + publish.PayloadBytes > cap)
            {
                member.SkipsMessage = true;

                // Not answered, it comes again on the next connection; of QoS 2 only where nobody else has it, who would have it twice then.
                _isLeft |= _isAcknowledged && (publish.Qos == MqttQos.AtLeastOnce || _targets.Count == 1);
                DroppedOnMailbox(member);
                return;
            }
        }

        member.TakeValues(publish, topic);
    }

    private void DroppedOnMailbox(MqttMember member)
    {
        member.Dropped++;
        Factory.Instruments.Dropped(member.Plan.Policy.Name, "mqtt_queue");

        // Again whenever it has doubled, so that a flood does not flood the log.
        if ((member.Dropped & (member.Dropped - 1)) == 0)
            MqttLog.Dropping(Factory.Logger, member.Plan.Policy.Name, ClientId, member.Dropped);
    }

    /// <returns>Whether it has to be looked whether reading may go on.</returns>
    private bool GiveOnMailbox(MqttMember member, ReadOnlySpan<byte> piece, SsRxFlags flags, bool isLast)
    {
        if (member.SkipsMessage)
            return false;
        if (member.IsAway && (_isFirst || member.Arriving.Count > 0))
        {
            KeepPieceOnMailbox(member, piece, flags, isLast);
            return false;
        }

        if (member.Stage == MqttStage.Left)
        {
            // It left in the middle of the message, which it has not had.
            _hasFailed |= isLast;
            return false;
        }

        var transport = member.Transport;
        var values = _isFirst ? member.Values : null;
        switch (transport.GiveFromConnection(piece, flags, values))
        {
            case MqttHandling.Taken:
                return transport.IsPaused;
            case MqttHandling.Failed when _isAcknowledged && isLast && _isFirst:
                KeepThrownOnMailbox(member, piece, flags);
                return false;
            case MqttHandling.Failed:
                _hasFailed |= isLast;
                return false;
        }

        // The answer waits for the stream; not for one that rests when many wait unanswered, since others share the broker's window. One that is only busy will take them soon, of one that is not
        // connected yet nothing is certain, and one that has had the beginning of a message could not have it whole a second time.
        var isWhole = _isFirst || member.HasQueuedFirst;
        member.HasQueuedFirst = isWhole;
        var waits = isLast && _isAcknowledged &&
            (_members.Count == 1 || member.Stage != MqttStage.Connected || !transport.IsPaused || !isWhole || !IsWindowNarrow || transport.HeldBytes >= member.Plan.ReceiveCap);
        transport.QueueFromConnection(piece, flags, values, waits ? BeginTaking() : null, waits, _isAcknowledged, _isFirst ? Topic : default);
        return true;
    }

    /// <summary>What waits for the streams that take the message.</summary>
    private MqttTaking BeginTaking()
    {
        if (_taking is null)
        {
            _taking = _spareTakings.TryPop(out var spare) ? spare : new MqttTaking(this);
            _taking.Begin(_ticket, _link!, isShared: _targets.Count > 1);
        }

        return _taking;
    }

    private void AnswerOnMailbox()
    {
        if (!_isAcknowledged)
            return;
        if (_taking is not { } taking)
        {
            if (_isLeft)
                Session.Leave(_ticket);
            else
                AnswerOnMailbox(_ticket, _hasFailed || (_targets.Count == 0 && _members.Count == 0));
            return;
        }

        _taking = null;
        taking.IsLeft = _isLeft;
        if (!taking.DoneOnMailbox())
            return;
        if (_isLeft)
            Session.Leave(taking.Ticket);
        else
            AnswerOnMailbox(taking.Ticket, taking.IsRefused || _hasFailed);
        _spareTakings.Push(taking);
    }

    /// <summary>Answers a message, or leaves it to the broker to send it again on the next connection.</summary>
    private void AnswerOnMailbox(MqttArrivalTicket ticket, bool isRefused)
    {
        if (!isRefused)
        {
            Session.Accept(ticket);
            return;
        }

        // While others go on, a message that is never answered takes a place in the broker's window until the connection ends: there are to be few of them.
        if (_members.Count > 1 && _link is { IsUp: true } link)
        {
            if (link.Key.Settings.CleanStart || _leftUnanswered >= MqttDefaults.UnansweredWhileSlow)
            {
                MqttLog.GivenUp(Factory.Logger, ClientId);
                Session.Accept(ticket);
                return;
            }

            _leftUnanswered++;
        }

        Session.Leave(ticket);
    }

    /// <summary>Reading rests while no stream takes anything: one alone that is paused or full slows the broker down, and one of many does not.</summary>
    private void LookAtFlowOnMailbox()
    {
        var blocked = AreAllBlocked();
        if (blocked == _isResting)
            return;
        SetResting(blocked);
        if (!blocked)
            return;

        // A stream that has made room since looks whether reading rests after it has; this looks again after it rests.
        Interlocked.MemoryBarrier();
        if (!AreAllBlocked())
            SetResting(false);
    }

    private bool AreAllBlocked()
    {
        if (_members.Count == 0)
            return false;
        foreach (var member in _members)
        {
            var transport = member.Transport;
            if (member.Stage != MqttStage.Connected || (!transport.IsPaused && transport.HeldBytes < member.Plan.ReceiveCap))
                return false;
        }

        return true;
    }

    private void SetResting(bool rests)
    {
        if (_isResting == rests || _link is not { } link)
            return;

        // In this order: whoever finds that it is read again finds since when, too.
        if (!rests)
            link.RestOnMailbox(false);
        Volatile.Write(ref _isResting, rests);
        if (rests)
            link.RestOnMailbox(true);
    }
}
