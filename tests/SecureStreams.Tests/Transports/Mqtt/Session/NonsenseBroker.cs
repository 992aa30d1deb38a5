using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>A broker, and a connection, that do anything by chance; identifiers are such as have been used of late, so that answers often fit something, if not what they should.</summary>
internal sealed class NonsenseBroker(SessionBench bench, Random random)
{
    private readonly List<MqttArrivalTicket> _tickets = [];
    private ushort _last;

    /// <returns>1 when an answer settled a message, else 0.</returns>
    public int Step()
    {
        var session = bench.Session;
        var id = random.Next(4) == 0 ? (ushort)random.Next(6) : (ushort)Math.Max(0, _last - random.Next(6));
        var reason = (byte)(random.Next(3) == 0 ? random.Next(256) : 0);
        switch (random.Next(18))
        {
            case < 3:
                bench.TryHold("payload", out _, (byte)random.Next(1, 3));
                return 0;
            case 3:
                return session.PubAckArrived(id, reason).How == MqttSettlement.None ? 0 : 1;
            case 4 or 5:
                return session.PubRecArrived(id, reason).How == MqttSettlement.None ? 0 : 1;
            case 6 or 7:
                return session.PubCompArrived(id, reason).How == MqttSettlement.None ? 0 : 1;
            case 8:
                session.PubRelArrived(id);
                return 0;
            case 9:
                if (session.PublishArrived(id, (byte)random.Next(1, 3), out var ticket) == MqttArrival.Deliver)
                    _tickets.Add(ticket);
                return 0;
            case 10 when _tickets.Count > 0:
                var one = _tickets[random.Next(_tickets.Count)];
                if (random.Next(3) == 0)
                    session.Refuse(one, 0x83);
                else if (random.Next(3) == 0)
                    session.Leave(one);
                else
                    session.Accept(one);
                return 0;
            case 11:
                session.ReturnRequestId(random.Next(2) == 0 ? id : session.TakeRequestId());
                return 0;
            case 12 when random.Next(6) == 0:
                session.Disconnected();
                return 0;
            case 13 when random.Next(20) == 0:
                session.End();
                return 0;
            case 14 or 15:
                // Answers are more than messages, and come before them.
                for (var most = random.Next(8); most > 0 && Take(); most--)
                {
                    if (random.Next(16) == 0)
                        session.Withdraw(0x95);
                    else if (random.Next(8) > 0)
                        session.Written();
                }

                return 0;
            default:
                if (random.Next(4) == 0)
                    bench.Connect(random.Next(3) > 0, random.Next(1, 6), random.Next(2) == 0 ? 3 : null);
                if (random.Next(2) == 0)
                    session.Written();
                else
                    Take();
                bench.Settled();
                return 0;
        }
    }

    private bool Take()
    {
        if (!bench.Session.TryTake(out var send))
            return false;
        if (send.Kind == MqttSendKind.Publish)
            _last = send.Id;
        return true;
    }
}
