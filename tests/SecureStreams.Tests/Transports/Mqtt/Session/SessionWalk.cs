using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>Steps by chance that a connection could take with a session, the same for the same seed: all kinds, each with what a broker may answer.</summary>
internal sealed class SessionWalk(SessionBench bench, int seed)
{
    private const int MostMessages = 40;

    private readonly Random _random = new(seed);
    private readonly List<(ushort Id, byte Qos)> _sent = [];
    private readonly List<ushort> _released = [];
    private readonly List<ushort> _accepted = [];
    private bool _isConnected;
    private int _messages;
    private ushort _incoming;

    /// <summary>Takes one, and all that is to be sent after it.</summary>
    public void Step()
    {
        if (!_isConnected)
        {
            Connect(isPresent: _random.Next(8) > 0);
        }
        else
        {
            switch (_random.Next(20))
            {
                case < 7:
                    Hold();
                    break;
                case < 12 when _sent.Count > 0:
                    Answer(_random.Next(_sent.Count));
                    break;
                case < 14 when _released.Count > 0:
                    var id = Take(_released, _random.Next(_released.Count));
                    bench.Session.PubCompArrived(id, 0);
                    break;
                case < 16:
                    Assert.Equal(MqttArrival.Deliver, bench.Session.PublishArrived(++_incoming, 2, out var ticket));
                    bench.Session.Accept(ticket);
                    _accepted.Add(_incoming);
                    break;
                case < 18 when _accepted.Count > 0:
                    bench.Session.PubRelArrived(Take(_accepted, _random.Next(_accepted.Count)));
                    break;
                case 18:
                    Disconnect();
                    break;
                case 19 when _random.Next(6) == 0:
                    Disconnect();
                    bench.Session.End();
                    Forget();
                    bench.Settled();
                    break;
                default:
                    Hold();
                    break;
            }
        }

        Send();
    }

    private static T Take<T>(List<T> list, int index)
    {
        var one = list[index];
        list.RemoveAt(index);
        return one;
    }

    private void Hold()
    {
        if (bench.Session.Count >= MostMessages)
            return;
        var number = ++_messages;
        bench.Hold(new string((char)('a' + number % 26), 1 + _random.Next(20)), (byte)_random.Next(1, 3), $"topic/{_random.Next(3)}", retain: _random.Next(4) == 0);
    }

    private void Answer(int index)
    {
        var (id, qos) = Take(_sent, index);
        if (qos == 1)
        {
            bench.Session.PubAckArrived(id, 0);
            return;
        }

        var refused = _random.Next(8) == 0;
        bench.Session.PubRecArrived(id, refused ? (byte)0x97 : (byte)0);
        if (!refused)
            _released.Add(id);
    }

    private void Connect(bool isPresent)
    {
        var found = bench.Connect(isPresent, receiveMaximum: _random.Next(2, 9));
        _isConnected = true;
        if (found is MqttResumption.LostByBroker or MqttResumption.Fresh)
            Forget();
        bench.Settled();
    }

    private void Disconnect()
    {
        bench.Session.Disconnected();
        _isConnected = false;
    }

    private void Forget()
    {
        _sent.Clear();
        _released.Clear();
        _accepted.Clear();
    }

    private void Send()
    {
        while (bench.Session.TryTake(out var send))
        {
            if (send.Message is { } message && !_sent.Contains((send.Id, message.Qos)))
                _sent.Add((send.Id, message.Qos));
            bench.Session.Written();
        }
    }
}
