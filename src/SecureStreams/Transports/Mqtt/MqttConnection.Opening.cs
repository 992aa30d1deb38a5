using SecureStreams.Codecs.Mqtt;
using SecureStreams.Transports.Mqtt.Session;
using System.Buffers;
using System.Text;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>From CONNACK to Connected: the subscriptions of each stream, and the message at connection once for all of them.</remarks>
internal sealed partial class MqttConnection
{
    private readonly MqttSubscriptionTable _table = new();
    private readonly Dictionary<ushort, MqttSubscribed> _requests = [];
    private readonly Queue<MqttSubscribed> _toSubscribe = new();
    private readonly object _birthToken = new();
    private Birth _birth;

    private enum Birth
    {
        None,
        Due,
        Sent,
        Done,
    }

    /// <summary>The broker has accepted the connection; nothing was sent but CONNECT.</summary>
    public void AcceptedOnMailbox(bool sessionPresent, int receiveMaximum)
    {
        var settings = _link!.Key.Settings;
        if (settings.CleanStart)
            EndSessionOnMailbox();

        // The session may be of an attempt under another policy.
        Session.Bound(settings.ReceiveMaximum, settings.ExactlyOnceWindow);
        var found = Session.Connected(sessionPresent, receiveMaximum, settings.Version == MqttVersion.V5 ? settings.ReceiveMaximum : null);
        TellSettledOnMailbox();

        // What the broker still has, and this side has seen it take, is not asked for again.
        if (found != MqttResumption.Resumed)
            _held.Clear();
        _isSessionPresent = sessionPresent;
        if (sessionPresent)
            ExpectAbsentOnMailbox();
        else
            _ended.Clear();
        if (settings.Birth is null)
            _birth = Birth.Done;
        else if (_birth != Birth.Sent)
            _birth = Birth.Due;
    }

    /// <summary>The connection can be used: streams that wait get their subscriptions.</summary>
    public void UpOnMailbox()
    {
        for (var i = 0; i < _members.Count; i++)
        {
            if (_members[i] is { Stage: MqttStage.Waiting } member && member.Link == _link)
                OpenOnMailbox(member, waited: true);
        }

        TurnOverSoonOnMailbox();
    }

    /// <summary>SUBACK came.</summary>
    public void SubscribedOnMailbox(in MqttPacket packet)
    {
        if (!Session.ReturnRequestId(packet.PacketId) || !_requests.Remove(packet.PacketId, out var subscribed))
            return;
        var asked = subscribed.Asked ?? 0;
        subscribed.Asked = null;
        if (packet.Reasons.Length != 1)
        {
            _link!.ViolatedOnMailbox(MqttReasonCode.ProtocolError, $"its SUBACK answers {packet.Reasons.Length} filters, and 1 was asked for");
            return;
        }

        var reason = packet.Reasons[0];
        if (MqttReasonCodes.IsError(reason))
        {
            var failure = MqttFailures.NotSubscribed(subscribed.Text, _link!.Version, reason, packet.Properties, _link.EndpointOnMailbox!);
            foreach (var member in subscribed.Waiting.ToArray())
            {
                CloseOnMailbox(member, failure);
                DetachOnMailbox(member);
            }

            return;
        }

        _held[subscribed.Text] = asked;
        if (subscribed.Members.Count == 0)
        {
            // Who asked for it left before it was answered: it is ended, unless it is wanted anew.
            if (_members.Count > 0)
                _toUnsubscribe.Enqueue(subscribed);
            return;
        }

        foreach (var member in subscribed.Waiting.ToArray())
        {
            var wanted = WantedBy(member, subscribed);
            if (wanted > asked)
                continue;
            if ((int)reason < wanted)
                MqttLog.GrantedLess(Factory.Logger, member.Plan.Policy.Name, (int)reason, wanted);
            subscribed.Waiting.Remove(member);
            member.PendingFilters--;
            AdvanceOnMailbox(member);
        }

        if (subscribed.Waiting.Count > 0)
            _toSubscribe.Enqueue(subscribed);
    }

    private static int WantedBy(MqttMember member, MqttSubscribed subscribed)
    {
        foreach (var filter in member.Attempt.Filters)
        {
            if (filter.Text == subscribed.Text)
                return filter.Qos;
        }

        return 0;
    }

    /// <summary>The connection is up: the stream's subscriptions are made, unless the broker has them.</summary>
    /// <param name="member">The stream.</param>
    /// <param name="waited">Whether the connection was made for it.</param>
    private void OpenOnMailbox(MqttMember member, bool waited)
    {
        member.Stage = MqttStage.Opening;
        member.Waited = waited;
        foreach (var filter in member.Attempt.Filters)
        {
            var subscribed = _table.Add(filter, member);
            Session.Subscribing(filter.Text, filter.Utf8, member.Plan.Policy.Name);
            if (_held.TryGetValue(filter.Text, out var held) && held >= filter.Qos)
                continue;
            member.PendingFilters++;
            subscribed.Waiting.Add(member);
            if (subscribed.Asked is null && !_toSubscribe.Contains(subscribed))
                _toSubscribe.Enqueue(subscribed);
        }

        GiveKeptOnMailbox(member);
        if (_absent.Count > 0)
            GiveAbsentOnMailbox(member);
        AdvanceOnMailbox(member);
    }

    private void AdvanceOnMailbox(MqttMember member)
    {
        if (member.Stage != MqttStage.Opening || member.PendingFilters > 0)
            return;
        if (_birth == Birth.Due)
            SendBirthOnMailbox();
        if (_birth != Birth.Done)
            return;
        member.Stage = MqttStage.Connected;
        DropUnwantedOnMailbox(member);
        GiveUpFormerOnMailbox(member);
        member.Transport.OpenFromConnection(_link!.Opened(withReport: member.Waited));
        while (member.Transport.Owner.TryTake(out var verdict))
            member.Transport.SettleFromConnection(verdict);
    }

    /// <summary>Once for each connection; again when there was no room for it.</summary>
    private void SendBirthOnMailbox()
    {
        var birth = _link!.Key.Settings.Birth!;
        var topic = Encoding.UTF8.GetByteCount(birth.Topic);
        var payload = Encoding.UTF8.GetByteCount(birth.Message);
        var body = MqttBodies.Pool.Rent(topic + payload);
        Encoding.UTF8.GetBytes(birth.Topic, body);
        Encoding.UTF8.GetBytes(birth.Message, body.AsSpan(topic));
        var message = new MqttOutgoing { Body = body, TopicBytes = topic, PayloadBytes = payload, Qos = (byte)birth.Qos, Retain = birth.Retain, Owner = _birthToken };
        if (birth.Qos > 0)
        {
            if (Session.TryHold(message, out _))
            {
                _birth = Birth.Sent;
                return;
            }
        }
        else if (_link.TryPutOnMailbox(message, out var refusal))
        {
            if (refusal == MqttReasonCode.Success)
            {
                _birth = Birth.Done;
                return;
            }

            _link.FailOnMailbox(MqttFailures.NotPublished(refusal, _link.EndpointOnMailbox!) with { Attribute = "mqtt_birth_topic" });
        }

        MqttBodies.Pool.Return(body);
    }

    private void BirthSettledOnMailbox(in MqttSettled settled)
    {
        if (settled.How == MqttSettlement.Acknowledged)
        {
            _birth = Birth.Done;
            AdvanceAllOnMailbox();
            return;
        }

        _birth = Birth.None;
        if (settled.How == MqttSettlement.Refused)
            _link?.FailOnMailbox(MqttFailures.NotPublished((MqttReasonCode)settled.Reason, _link.EndpointOnMailbox!) with { Attribute = "mqtt_birth_topic" });
    }

    private void AdvanceAllOnMailbox()
    {
        for (var i = 0; i < _members.Count; i++)
            AdvanceOnMailbox(_members[i]);
    }

    private void UnsubscribeOnMailbox(MqttFilter filter, MqttMember member)
    {
        _table.Find(filter.Utf8)?.Waiting.Remove(member);
        if (_table.Remove(filter, member) is not { } last)
            return;

        // Where no stream is left, what the broker has for this client stays, and so does what comes in meanwhile.
        if (_link is { IsUp: true } && _members.Count > 0)
            _toUnsubscribe.Enqueue(last);
    }

    /// <summary>Asks for what is to be asked for.</summary>
    private void PutRequestsOnMailbox(MqttLink link)
    {
        while (_toUnsubscribe.TryDequeue(out var gone))
        {
            // It may have come back meanwhile; and where its SUBSCRIBE is not answered, the answer brings it here again.
            if (_table.Find(gone.Filter) is not null || Session.FindFilter(gone.Text) is null || IsAsked(gone.Text) || IsEnding(gone.Text))
                continue;
            _held.Remove(gone.Text);
            if (Session.TakeRequestId() is not (> 0 and var id))
                continue;
            _endings.Add(id, gone);
            link.PutUnsubscribe(id, gone);
        }

        for (var left = _toSubscribe.Count; left > 0; left--)
        {
            var wanted = _toSubscribe.Dequeue();
            if (wanted.Members.Count == 0 || wanted.Asked is not null)
                continue;
            var id = Session.TakeRequestId();
            if (id == 0)
            {
                // All identifiers are in use: those of messages come back.
                _toSubscribe.Enqueue(wanted);
                continue;
            }

            var qos = 0;
            foreach (var member in wanted.Members)
                qos = Math.Max(qos, WantedBy(member, wanted));
            wanted.Asked = qos;
            _requests.Add(id, wanted);
            link.PutSubscribe(id, wanted, qos);
        }

        // Before it leaves, so that the next process knows of it.
        Session.Commit();
    }

    // What the broker has taken of this client's subscriptions in its session, by filter, with the QoS that was asked for.
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
}
