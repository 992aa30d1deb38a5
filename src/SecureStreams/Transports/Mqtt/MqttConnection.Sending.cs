using System.Buffers;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// Messages of QoS 0 go into the output as they come, or wait in line with their stream; those of QoS 1 and 2 go to the session, which says when they are sent. Whatever one turn of the mailbox
/// brings leaves in one write at its end (<see cref="TurnOverOnMailbox"/>).
/// </remarks>
internal sealed partial class MqttConnection
{
    private const int MayFlow = 1;
    private const int MayHold = 2;

    private readonly List<MqttMember> _parked = [];
    private bool _turnOverPosted;
    private bool _isTurningOver;
    private int _may;

    /// <summary>Whether messages are taken now. From any thread.</summary>
    public bool MaySend(bool isAcknowledged) => (Volatile.Read(ref _may) & (isAcknowledged ? MayHold : MayFlow)) != 0;

    /// <summary>Takes what a stream has handed over, as much as there is room for; the rest waits in line.</summary>
    public void SendOnMailbox(MqttMember member)
    {
        Mailbox.AssertCurrent();
        if (member.Batch is not { } batch)
            return;
        while (!batch.IsEmpty)
        {
            if (!TrySendOnMailbox(member, batch.Next))
            {
                if (!_parked.Contains(member))
                    _parked.Add(member);
                return;
            }

            batch.Took();
        }

        member.Batch = null;
        member.Transport.WriterTakenFromConnection();
        FinishOnMailbox(member);
    }

    /// <summary>Everything that came up leaves, and streams are told where there is room again.</summary>
    public void TurnOverOnMailbox()
    {
        Mailbox.AssertCurrent();
        if (_link is not { } link || _isTurningOver)
            return;

        // Streams that are told may send at once.
        _isTurningOver = true;
        try
        {
            if (link.IsUp)
            {
                if (!link.IsInBody)
                    PutRequestsOnMailbox(link);
                if (_birth == Birth.Due)
                    AdvanceAllOnMailbox();
                link.PumpOnMailbox();
                UnparkOnMailbox();
                link.PumpOnMailbox();

                // Where the output is full nothing asked the session, and what streams have taken is to be on record all the same.
                Session.Commit();
                link.FlushOnMailbox();
                if (_leaveTimer is not null && _members.Count == 0 && Session.Count == 0 && _parked.Count == 0 && !link.IsInBody)
                    CloseLinkOnMailbox();
            }
        }
        finally
        {
            _isTurningOver = false;
        }

        TellRoomOnMailbox();
    }

    /// <summary>The network connection takes nothing more.</summary>
    public void LinkEndedOnMailbox() => Volatile.Write(ref _may, 0);

    /// <summary>A message of a stream, or the one at connection, is done with.</summary>
    public void SettleOnMailbox(in MqttSettled settled)
    {
        if (settled.How == MqttSettlement.None)
            return;
        if (ReferenceEquals(settled.Owner, _birthToken))
        {
            BirthSettledOnMailbox(settled);
            return;
        }

        if (settled.Owner is not MqttOwner owner)
            return;
        var endpoint = _link?.EndpointOnMailbox ?? "";
        owner.Settle(settled.Ticket, settled.How switch
        {
            MqttSettlement.Acknowledged => null,
            MqttSettlement.Refused => MqttFailures.NotPublished((MqttReasonCode)settled.Reason, endpoint),
            MqttSettlement.Lost => MqttFailures.Lost(endpoint),
            _ => MqttFailures.Uncertain(endpoint),
        });
        TellNextOnMailbox(owner);
    }

    /// <summary>The stream has become another client: what this one has not told it, and what is not answered, it is told there.</summary>
    public void GiveUpOnMailbox(MqttOwner owner, MqttOwners owners)
    {
        Mailbox.AssertCurrent();

        // It may be this client again by now.
        if (owner.Current is not null)
            return;
        var unknown = MqttFailures.Moved(ClientId);
        while (owner.TryGiveUp(unknown, out var verdict))
            owners.Carry(verdict);
        owners.TellCarried();
    }

    /// <summary>A stream that ends in order has been told all.</summary>
    private static void FinishOnMailbox(MqttMember member)
    {
        if (member.IsFinishing && member.Batch is null && member.Transport.Owner.IsSettled)
            member.Transport.FinishedFromConnection();
    }

    /// <summary>Tells what is known of the stream's messages, as far as it is known of all before them.</summary>
    private static void TellNextOnMailbox(MqttOwner owner)
    {
        while (owner.TryTakeNext(out var verdict))
        {
            if (owner.Current is { Stage: MqttStage.Connected } member)
                member.Transport.SettleFromConnection(verdict);
            else
                owner.Keep(verdict);
        }

        if (owner.Current is { } left)
            FinishOnMailbox(left);
    }

    /// <summary>The stream has let go: what it was not told any more, it is told when it is back.</summary>
    private static void KeepUntoldOnMailbox(MqttMember member)
    {
        while (member.Transport.TryTakeUntold(out var verdict))
            member.Transport.Owner.Keep(verdict);
    }

    /// <summary>At the end of what is queued on the mailbox now, so that it all leaves together.</summary>
    private void TurnOverSoonOnMailbox()
    {
        if (_turnOverPosted)
            return;
        _turnOverPosted = true;
        Mailbox.Post(this, (long)Work.TurnOver);
    }

    private bool TrySendOnMailbox(MqttMember member, in MqttOutgoing message)
    {
        if (message.Refusal is { } problem)
        {
            RefuseOnMailbox(member, message, problem);
            return true;
        }

        if (message.Qos > 0)
        {
            if ((Session.Waiting >= MqttDefaults.MostWaiting && _link is { IsUp: true }) || !Session.TryHold(message, out var ticket))
                return false;
            member.Transport.Owner.Expect(ticket, message.Number);
            return true;
        }

        if (_link is not { IsUp: true } link || member.Link != link)
        {
            // Of QoS 0, what the connection did not take is lost with it.
            MqttBodies.Pool.Return(message.Body);
            return true;
        }

        if (!link.TryPutOnMailbox(message, out var refusal))
            return false;
        if (refusal != MqttReasonCode.Success)
        {
            member.Transport.SettleFromConnection(new MqttVerdict(MqttFailures.NotPublished(refusal, member.Attempt.Endpoint), message.Number));
            MqttBodies.Pool.Return(message.Body);
        }

        return true;
    }

    private static void RefuseOnMailbox(MqttMember member, in MqttOutgoing message, TransportFailure problem)
    {
        var verdict = new MqttVerdict(problem, message.Number);
        if (message.Qos == 0)
        {
            member.Transport.SettleFromConnection(verdict);
            return;
        }

        member.Transport.Owner.Refuse(verdict);
        TellNextOnMailbox(member.Transport.Owner);
    }

    private void UnparkOnMailbox()
    {
        for (var i = 0; i < _parked.Count;)
        {
            var member = _parked[i];
            SendOnMailbox(member);
            if (member.Batch is not null)
            {
                i++;
                continue;
            }

            _parked.RemoveAt(i);
            member.Transport.WritableFromConnection();
        }
    }

    /// <summary>The connection is over: messages that were handed over belong to the session, as far as it takes them.</summary>
    private void KeepBatchOnMailbox(MqttMember member, MqttLink link)
    {
        if (member.Link != link || member.Batch is not { } batch)
            return;
        while (!batch.IsEmpty)
        {
            // Of QoS 0, what the connection did not take is lost with it.
            var message = batch.Next;
            if (message.Refusal is not null || (message.Qos > 0 && Session.CanHold(message.Bytes)))
            {
                TrySendOnMailbox(member, message);
            }
            else
            {
                if (message.Qos > 0)
                    RefuseOnMailbox(member, message, MqttFailures.Lost(member.Attempt.Endpoint));
                MqttBodies.Pool.Return(message.Body);
            }

            batch.Took();
        }

        member.Batch = null;
        member.Transport.WriterTakenFromConnection();
    }

    private void EndSessionOnMailbox()
    {
        Session.End();
        TellSettledOnMailbox();
    }

    private void TellSettledOnMailbox()
    {
        while (Session.TryTakeSettled(out var settled))
            SettleOnMailbox(settled);
    }

    private void TellRoomOnMailbox()
    {
        var may = _link is { IsUp: true } link
            ? (link.IsWritable ? MayFlow : 0) | (Session.Waiting < MqttDefaults.MostWaiting && Session.CanHold(1) ? MayHold : 0)
            : 0;
        var before = Interlocked.Exchange(ref _may, may);
        if ((may & ~before) == 0)
            return;
        for (var i = 0; i < _members.Count; i++)
        {
            if (_members[i] is { Stage: MqttStage.Connected } member && member.Transport.TakeWants())
                member.Transport.WritableFromConnection();
        }
    }
}
