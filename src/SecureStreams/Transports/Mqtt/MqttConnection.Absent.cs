using System.Diagnostics.CodeAnalysis;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Core;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// A broker that has the session sends what it kept as soon as it has accepted the connection, and each stream comes back in its own time. What is for none that is there is held, unanswered, for
/// those that are not; nothing of QoS 1 and 2 is lost by being too early. What is still held after <see cref="MqttDefaults.AbsentWait"/> is for nobody any more, and is answered and dropped,
/// since the broker's window belongs to all streams.
/// </remarks>
internal sealed partial class MqttConnection
{
    private readonly List<MqttAbsentMessage> _absent = [];
    private readonly List<MqttMember> _absentTargets = [];
    private MqttAbsentMessage? _absentArriving;
    private ITimer? _absentTimer;
    private long _absentBytes;
    private long _absentSince;
    private bool _holdsForAbsent;

    /// <summary>The broker has a session that holds what is for streams which may still come.</summary>
    private void ExpectAbsentOnMailbox()
    {
        _holdsForAbsent = true;
        _absentSince = Factory.Links.Time.GetTimestamp();
        _absentTimer = Factory.Links.Time.CreateDetachedTimer(static state => ((MqttConnection)state!).AbsentFired(), this, MqttDefaults.AbsentWait);
    }

    private void AbsentFired() => Mailbox.Post(this, (long)Work.Absent);

    /// <summary>The head of a message came that is for no stream that is there.</summary>
    private void BeginAbsentOnMailbox(in MqttPublish publish, ReadOnlySpan<byte> topic)
    {
        if (!_holdsForAbsent || !_isAcknowledged || IsGivenUp(topic))
            return;
        if (_absent.Count > 0 && _absentBytes + publish.PayloadBytes > MqttDefaults.AbsentBytes)
            ForgetGivenOnMailbox();
        if (publish.PayloadBytes > MqttDefaults.MaxMessageBytes || (_absent.Count > 0 && _absentBytes + publish.PayloadBytes > MqttDefaults.AbsentBytes))
        {
            // The broker keeps it: it is sent again on the next connection.
            Session.Leave(_ticket);
            _isArriving = false;
            _isSkipped = true;
            return;
        }

        _absentBytes += publish.PayloadBytes;
        _absentArriving = new MqttAbsentMessage(publish, topic, _ticket, _kind);
    }

    private bool TryAppendAbsentOnMailbox(ReadOnlySpan<byte> payload, bool isEnd)
    {
        if (_absentArriving is not { } message)
            return false;
        message.Append(payload);
        if (isEnd)
        {
            _isArriving = false;
            _absentArriving = null;
            _absent.Add(message);

            // Whom it is for may have come while it was on its way.
            _absentTargets.Clear();
            _table.Match(message.Topic, _absentTargets);
            if (_absentTargets.Count > 0)
                GiveLateOnMailbox(message, [.. _absentTargets]);
            else if (!_holdsForAbsent)
                DismissAbsentOnMailbox();
        }

        return true;
    }

    /// <summary>A stream is back, and its subscriptions are in the table: it gets what was held for it, before anything that comes from now on.</summary>
    /// <remarks>Another stream that it is for as well may still come, so it is kept: answered when the first has taken it, and dropped with the rest.</remarks>
    private void GiveAbsentOnMailbox(MqttMember member)
    {
        for (var i = 0; i < _absent.Count; i++)
        {
            var message = _absent[i];
            _absentTargets.Clear();
            _table.Match(message.Topic, _absentTargets);
            if (_absentTargets.Contains(member))
                GiveAbsentOnMailbox(member, message);
        }
    }

    private void GiveLateOnMailbox(MqttAbsentMessage message, MqttMember[] members)
    {
        foreach (var member in members)
            GiveAbsentOnMailbox(member, message);
    }

    private void ForgetGivenOnMailbox()
    {
        foreach (var message in _absent)
        {
            if (message.IsGiven)
                ForgetAbsent(message);
        }

        _absent.RemoveAll(static message => message.IsGiven);
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "A record of the pool of records.")]
    private void GiveAbsentOnMailbox(MqttMember member, MqttAbsentMessage message)
    {
        MqttTaking? taking = null;
        if (!message.IsGiven)
        {
            taking = _spareTakings.TryPop(out var spare) ? spare : new MqttTaking(this);
            taking.Begin(message.Ticket, _link!, isShared: false);
            message.Taking = taking;
        }
        else if (message.Taking is { } first && first.Ticket == message.Ticket)
        {
            // Unless it serves another one by now.
            first.IsShared = true;
        }

        message.IsGiven = true;
        member.TakeValues(message.Head, message.Topic);
        var payload = message.Payload;
        var isFirst = true;
        do
        {
            var piece = payload[..Math.Min(payload.Length, LinkDefaults.PieceBytes)];
            payload = payload[piece.Length..];
            var isLast = payload.IsEmpty;
            var flags = message.Kind | (isFirst ? SsRxFlags.StartOfMessage : SsRxFlags.None) | (isLast ? SsRxFlags.EndOfMessage : SsRxFlags.None);
            member.Transport.QueueFromConnection(piece, flags, isFirst ? member.Values : null, isLast ? taking : null, isLast && taking is not null, isAcknowledged: true, isFirst ? message.Topic : default);
            isFirst = false;
        }
        while (!payload.IsEmpty);

        if (taking is null || !taking.DoneOnMailbox())
            return;
        AnswerOnMailbox(taking.Ticket, taking.IsRefused);
        _spareTakings.Push(taking);
    }

    /// <summary>Who was to come has had the time to.</summary>
    private void EndAbsentOnMailbox()
    {
        // From a timer that may be of the connection before.
        if (!_holdsForAbsent || Factory.Links.Time.GetElapsedTime(_absentSince) < MqttDefaults.AbsentWait)
            return;
        _holdsForAbsent = false;
        DismissAbsentOnMailbox();
        EndUnwantedOnMailbox();
    }

    private void DismissAbsentOnMailbox()
    {
        if (_absent.Count(static message => !message.IsGiven) is > 0 and var count)
            MqttLog.ForNobody(Factory.Logger, ClientId, count);
        foreach (var message in _absent)
        {
            if (!message.IsGiven)
                Session.Accept(message.Ticket);
            ForgetAbsent(message);
        }

        _absent.Clear();
        TurnOverSoonOnMailbox();
    }

    /// <summary>What came by filters that nobody wants any more does not wait for anybody.</summary>
    private void DismissGivenUpOnMailbox()
    {
        var count = 0;
        for (var i = 0; i < _absent.Count;)
        {
            var message = _absent[i];
            if (message.IsGiven || !IsGivenUp(message.Topic))
            {
                i++;
                continue;
            }

            count++;
            Session.Accept(message.Ticket);
            ForgetAbsent(message);
            _absent.RemoveAt(i);
        }

        if (count > 0)
            MqttLog.ForNobody(Factory.Logger, ClientId, count);
    }

    /// <summary>The connection is over: the broker has all that was held, and sends it again.</summary>
    private void DropAbsentOnMailbox()
    {
        _absentTimer?.Dispose();
        _absentTimer = null;
        _holdsForAbsent = false;
        if (_absentArriving is { } arriving)
        {
            _absentArriving = null;
            ForgetAbsent(arriving);
        }

        foreach (var message in _absent)
        {
            if (!message.IsGiven)
                Session.Leave(message.Ticket);
            ForgetAbsent(message);
        }

        _absent.Clear();
        _absentBytes = 0;
    }

    private void ForgetAbsent(MqttAbsentMessage message)
    {
        _absentBytes -= message.Payload.Length;
        message.Return();
    }
}
