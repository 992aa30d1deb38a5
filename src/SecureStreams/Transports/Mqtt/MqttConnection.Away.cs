using SecureStreams.Codecs.Mqtt;
using SecureStreams.Core;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// A stream that lets go, or whose connection ended, may be back soon. What waited for it, and what comes in for it meanwhile, is kept for it, in order, for <see cref="MqttDefaults.AbsentWait"/>:
/// the part of its last attempt is played by that attempt's record (<see cref="MqttMember.IsAway"/>), which matches messages as if it were there. On a connection that goes on for others few of
/// these messages stay unanswered, since the broker's window belongs to all; so it is with streams that are slow.
/// </remarks>
internal sealed partial class MqttConnection
{
    private readonly List<MqttMember> _away = [];
    private readonly HashSet<MqttOwner> _keepers = [];
    private ITimer? _awayTimer;
    private int _unanswered;
    private int _leftUnanswered;

    /// <summary>A message of QoS 1 or 2 begins or ceases to wait unanswered for one of the streams. From any thread.</summary>
    public void CountUnanswered(int more) => Interlocked.Add(ref _unanswered, more);

    /// <summary>Whether so many wait unanswered for streams that others would have too little of the broker's window.</summary>
    private bool IsWindowNarrow => Volatile.Read(ref _unanswered) + _leftUnanswered >= MqttDefaults.UnansweredWhileSlow;

    /// <summary>A stream has let go, or never was connected: it takes nothing more out of its queue.</summary>
    private void TakeBackOnMailbox(MqttMember member)
    {
        List<MqttPiece> message = [];
        List<MqttPiece[]> whole = [];
        while (member.Transport.TryTakeBack(out var piece))
        {
            if ((piece.Flags & SsRxFlags.StartOfMessage) != 0)
                DiscardOnMailbox(message);

            // Of QoS 0, and of a message whose first pieces the stream has had, the rest is of no use.
            message.Add(piece);
            if (!piece.IsAcknowledged || (message[0].Flags & SsRxFlags.StartOfMessage) == 0)
                DiscardOnMailbox(message);
            else if ((piece.Flags & SsRxFlags.EndOfMessage) != 0)
                MoveTo(whole, message);
        }

        // What is still arriving was not taken, and is refused at its end.
        DiscardOnMailbox(message);

        // What stands before one that is answered is not left to the broker, which would send it behind that.
        var kept = whole.FindLastIndex(static one => !one[^1].IsUnanswered);
        for (var i = 0; i < whole.Count; i++)
            KeepOnMailbox(member, whole[i], mayLeave: i > kept);
    }

    /// <summary>From now on what comes for a stream is kept until it is back.</summary>
    private void ExpectOnMailbox(MqttMember member)
    {
        if (_isRetired)
            return;
        var owner = member.Transport.Owner;
        var awaits = member.Plan.Qos > 0 && !member.Attempt.Filters.IsEmpty && !member.Attempt.Key.Settings.CleanStart;
        if ((!awaits && owner.KeptMessages == 0) || owner.Current is not null)
            return;
        _away.RemoveAll(one => one.Transport.Owner == owner);
        member.IsAway = true;
        member.LeftAt = Factory.Links.Time.GetTimestamp();
        _away.Add(member);
        _awayTimer ??= Factory.Links.Time.CreateDetachedTimer(static state => ((MqttConnection)state!).AwayFired(), this, MqttDefaults.AbsentWait);
    }

    private void AwayFired() => Mailbox.Post(this, (long)Work.Away);

    /// <summary>Adds those that are away to the streams that a message is for.</summary>
    private void MatchAway(ReadOnlySpan<byte> topic)
    {
        foreach (var member in _away)
        {
            foreach (var filter in member.Attempt.Filters)
            {
                if (!MqttTopics.Matches(filter.Utf8, topic))
                    continue;
                _targets.Add(member);
                break;
            }
        }
    }

    /// <summary>A piece for a stream that is away.</summary>
    private void KeepPieceOnMailbox(MqttMember member, ReadOnlySpan<byte> piece, SsRxFlags flags, bool isLast)
    {
        if (_isFirst)
            DiscardOnMailbox(member.Arriving);
        var taking = isLast ? BeginTaking() : null;
        taking?.Add();
        member.Arriving.Add(MqttPiece.Of(piece, flags, _isFirst ? Topic : default) with { Values = _isFirst ? member.Values : null, Taking = taking, IsUnanswered = isLast, IsAcknowledged = true });
        if (!isLast)
            return;
        MqttPiece[] whole = [.. member.Arriving];
        member.Arriving.Clear();
        KeepOnMailbox(member, whole, mayLeave: true);
    }

    private static void MoveTo(List<MqttPiece[]> whole, List<MqttPiece> message)
    {
        whole.Add([.. message]);
        message.Clear();
    }

    /// <summary>One that a handler threw at, and that came whole in one piece.</summary>
    private void KeepThrownOnMailbox(MqttMember member, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        var taking = BeginTaking();
        taking.Add();
        KeepOnMailbox(member, [MqttPiece.Of(payload, flags, Topic) with { Values = member.Values, Taking = taking, IsUnanswered = true, IsAcknowledged = true }], mayLeave: true);
    }

    /// <summary>
    /// Keeps a whole message for a stream. On a connection that it left, and that goes on for others, it is answered where many are not: that does not lose it while the process lives.
    /// </summary>
    /// <param name="member">The stream's attempt.</param>
    /// <param name="message">Its pieces.</param>
    /// <param name="mayLeave">Whether it may be left to the broker where the connection is over.</param>
    private void KeepOnMailbox(MqttMember member, MqttPiece[] message, bool mayLeave)
    {
        if (message[^1].Taking is { } taking)
        {
            var isOver = taking.Link != _link;
            if (isOver && mayLeave && IsSentAgain(taking) && (taking.Ticket.Qos == 1 || _link is not { IsUp: true }))
            {
                // In its order. Of QoS 2 not where the broker may have sent it by now, which was passed over then.
                foreach (var piece in message)
                    DiscardOnMailbox(piece);
                return;
            }

            if (isOver ? !taking.Link!.Key.Settings.HasSessionAfter : IsWindowNarrow && member.Link == _link && _members.Count > 1)
                AnswerKeptOnMailbox(message, taking);
        }

        var owner = member.Transport.Owner;
        var back = owner.Current is { IsAway: false, Stage: MqttStage.Opening or MqttStage.Connected } current && current != member ? current : null;
        if (back is not null && IsFor(back, message[0].Topic))
        {
            // It came back in the middle of the message.
            foreach (var piece in message)
                back.Transport.QueueKept(piece);
        }
        else if (back is { Stage: MqttStage.Connected })
        {
            // With filters that do not have it, and that the broker has granted.
            DropOnMailbox(message);
        }
        else
        {
            if (message[^1].IsUnanswered)
                CountUnanswered(1);
            owner.Keep(message);
            _keepers.Add(owner);
        }
    }

    /// <summary>A message that is kept is the stream's alone from now on.</summary>
    private void AnswerKeptOnMailbox(MqttPiece[] message, MqttTaking taking)
    {
        message[^1] = message[^1] with { Taking = null, IsUnanswered = false };
        DoneOnMailbox(taking, taken: true);
    }

    /// <summary>
    /// A stream is back: it gets what was kept for it before anything else. What it does not subscribe to any more stays until the broker has granted what it does: until then it may be back with
    /// what it had before.
    /// </summary>
    private void GiveKeptOnMailbox(MqttMember member)
    {
        var owner = member.Transport.Owner;
        var before = _away.Find(one => one.Transport.Owner == owner);
        if (before is not null)
            _away.Remove(before);
        var isSame = owner.ComeWith(member.Attempt.Filters);
        for (var left = owner.KeptMessages; left > 0 && owner.TryTakeKept(out var message); left--)
        {
            if (!isSame && !IsFor(member, message[0].Topic))
            {
                owner.Keep(message);
                continue;
            }

            if (message[^1].IsUnanswered)
                CountUnanswered(-1);
            foreach (var piece in message)
                member.Transport.QueueKept(piece);
        }

        if (owner.KeptMessages == 0)
            _keepers.Remove(owner);
    }

    /// <summary>The broker has granted what a stream subscribes to now: what was kept for it by what it had before is nobody's. Not to answer it would keep a place in the broker's window.</summary>
    private void DropUnwantedOnMailbox(MqttMember member)
    {
        var owner = member.Transport.Owner;
        var unwanted = owner.KeptMessages;
        while (owner.TryTakeKept(out var message))
        {
            if (message[^1].IsUnanswered)
                CountUnanswered(-1);
            DropOnMailbox(message);
        }

        if (unwanted == 0)
            return;
        _keepers.Remove(owner);
        MqttLog.ForNobody(Factory.Logger, ClientId, unwanted);
    }

    private void DropOnMailbox(IReadOnlyList<MqttPiece> message)
    {
        foreach (var piece in message)
        {
            piece.Return();
            if (piece.Taking is { } taking)
                DoneOnMailbox(taking, taken: true);
        }
    }

    private static bool IsFor(MqttMember member, ReadOnlySpan<byte> topic)
    {
        foreach (var filter in member.Attempt.Filters)
        {
            if (MqttTopics.Matches(filter.Utf8, topic))
                return true;
        }

        return false;
    }

    /// <summary>Who was to come back has had the time to.</summary>
    private void EndAwayOnMailbox()
    {
        // From a timer that fired before: whoever was away may be with another connection by now.
        if (_isRetired)
            return;
        _awayTimer?.Dispose();
        _awayTimer = null;
        TimeSpan? next = null;
        for (var i = _away.Count - 1; i >= 0; i--)
        {
            var member = _away[i];
            var left = MqttDefaults.AbsentWait - Factory.Links.Time.GetElapsedTime(member.LeftAt);
            if (left > TimeSpan.Zero)
            {
                next = next is { } other && other < left ? other : left;
                continue;
            }

            _away.RemoveAt(i);
            DiscardOnMailbox(member.Arriving);
            LeaveKeptOnMailbox(member.Transport.Owner, isOver: false);
            _keepers.Remove(member.Transport.Owner);
            EndSubscriptionsOnMailbox(member.Attempt.Filters);
        }

        if (next is { } wait)
            _awayTimer = Factory.Links.Time.CreateDetachedTimer(static state => ((MqttConnection)state!).AwayFired(), this, wait);
        TurnOverSoonOnMailbox();
        RetireIfIdleOnMailbox();
    }

    /// <summary>What a stream has not taken, and is not answered, is left to the broker; the rest nobody else has any more, and waits as long as there is the stream.</summary>
    /// <param name="owner">The stream.</param>
    /// <param name="isOver">Whether the connection is over: what the broker does not send again, or would send behind what is here, waits unanswered then. On one that goes on it would take up the window.</param>
    private void LeaveKeptOnMailbox(MqttOwner owner, bool isOver)
    {
        var waits = isOver ? owner.KeptUpToAnswered : 0;
        for (var left = owner.KeptMessages; left > 0 && owner.TryTakeKept(out var message); left--, waits--)
        {
            if (message[^1] is { IsUnanswered: true, Taking: { } taking })
            {
                if (waits <= 0 && IsSentAgain(taking))
                {
                    CountUnanswered(-1);
                    foreach (var piece in message)
                        DiscardOnMailbox(piece);
                    continue;
                }

                if (!isOver || !taking.Link!.Key.Settings.HasSessionAfter)
                {
                    CountUnanswered(-1);
                    AnswerKeptOnMailbox(message, taking);
                }
            }

            owner.Keep(message);
        }
    }

    /// <summary>Whether the broker is to send a message that was not answered again on the next connection. Not where it has no session then, and not where others have it, who would have it twice.</summary>
    private static bool IsSentAgain(MqttTaking taking) => taking.Link!.Key.Settings.HasSessionAfter && (taking.Ticket.Qos == 1 || !taking.IsShared);

    /// <summary>
    /// The connection is over: what was not answered the broker sends again, in its order. Of streams that are not back they are not kept, since there may be one before them that a stream left in the
    /// middle, and has not.
    /// </summary>
    private void DropUnansweredOnMailbox()
    {
        _leftUnanswered = 0;
        foreach (var member in _away)
            DiscardOnMailbox(member.Arriving);
        foreach (var owner in _keepers)
            LeaveKeptOnMailbox(owner, isOver: true);
        _keepers.RemoveWhere(static owner => owner.KeptMessages == 0);
    }

    private void DiscardOnMailbox(List<MqttPiece> message)
    {
        foreach (var piece in message)
            DiscardOnMailbox(piece);
        message.Clear();
    }

    private void DiscardOnMailbox(in MqttPiece piece)
    {
        piece.Return();
        if (piece.Taking is { } taking)
            DoneOnMailbox(taking, taken: false);
    }

    private void DoneOnMailbox(MqttTaking taking, bool taken)
    {
        if (taking.Done(taken))
            TakenOnMailbox(taking);
    }
}
