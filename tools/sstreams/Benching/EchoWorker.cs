using System.Buffers.Binary;

namespace SecureStreams.Tool.Benching;

/// <summary>Keeps messages under way and measures each until it has come back. Echoes come in the order of sending; messages that are large enough hold their number.</summary>
internal sealed class EchoWorker(BenchPlan plan, BenchTroubles troubles, TimeProvider time) : LinkWorker(plan, troubles)
{
    // In place of when a message was begun: it will not come back.
    private const long Over = long.MinValue;

    private readonly long[] _begun = new long[plan.Outstanding];
    private readonly byte[] _number = new byte[BenchPlan.NumberBytes];
    private long _sent;
    private long _returned;
    private int _receivedOfMessage;

    // Taken from the phase and not begun.
    private long _taken;

    protected override bool MayBegin
    {
        get
        {
            if (_sent - _returned >= Plan.Outstanding || Phase is not { } phase)
                return false;
            if (_taken == 0 && phase.TryTake())
                _taken = 1;
            return _taken > 0;
        }
    }

    protected override bool IsIdle => _returned == _sent;

    /// <summary>mqtt: what was under way when a connection was lost may come twice, and where the broker has lost its session not at all.</summary>
    private bool MayDiffer => Plan.Acknowledges && Reconnects > 0;

    protected override SsResult Take(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        while (!payload.IsEmpty)
        {
            if (_returned == _sent && !MayDiffer)
                return Refuse("the peer sends what nobody asked for");
            if (_receivedOfMessage < _number.Length)
                payload[..Math.Min(payload.Length, _number.Length - _receivedOfMessage)].CopyTo(_number.AsSpan(_receivedOfMessage));
            var count = Math.Min(payload.Length, Plan.Size - _receivedOfMessage);
            _receivedOfMessage += count;
            payload = payload[count..];
            if (Plan.HasMessages && !payload.IsEmpty)
                return Refuse("an echo is longer than what was sent");
            if (_receivedOfMessage == Plan.Size && !Plan.HasMessages && !CountOne())
                return Refuse("an echo is not what was sent");
        }

        if (Plan.HasMessages && (flags & SsRxFlags.EndOfMessage) != 0)
        {
            if (_receivedOfMessage != Plan.Size)
                return Refuse("an echo is shorter than what was sent");
            if (!CountOne())
                return Refuse("an echo is not what was sent");
        }

        if (MaySend)
            stream.RequestTransmit();
        else if (IsIdle)
            Leave(stream);
        return SsResult.Continue;
    }

    protected override void BeginMessage(Span<byte> room)
    {
        if (Plan.IsNumbered)
            BinaryPrimitives.WriteInt64LittleEndian(room, _sent);
        _begun[_sent % _begun.Length] = time.GetTimestamp();
        _sent++;
        _taken = 0;
    }

    protected override void EndMessage()
    {
        // Done is what has come back.
    }

    protected override void Decline(SecureStream stream, long message)
    {
        if (TryEnd(message))
            Phase?.Complete();
    }

    protected override void Lose(long message)
    {
        if (!TryEnd(message))
            return;
        Lost++;
        Phase?.GiveBack(1);
    }

    protected override void Outlast()
    {
        base.Outlast();
        _receivedOfMessage = 0;
    }

    protected override void Forfeit()
    {
        base.Forfeit();
        var underWay = 0L;
        for (; _returned < _sent; _returned++)
            underWay += _begun[_returned % _begun.Length] == Over ? 0 : 1;
        Lost += underWay;
        Phase?.GiveBack(underWay + _taken);
        _taken = 0;
        _receivedOfMessage = 0;
    }

    /// <summary>A message that is under way does not come back. False where it is not under way.</summary>
    private bool TryEnd(long message)
    {
        // Numbers begin at 1 and leave none out, since nothing that was handed over is taken back.
        var index = message - 1;
        if (index < _returned || index >= _sent || _begun[index % _begun.Length] == Over)
            return false;
        _begun[index % _begun.Length] = Over;
        PassEnded();
        return true;
    }

    private void PassEnded()
    {
        while (_returned < _sent && _begun[_returned % _begun.Length] == Over)
            _returned++;
    }

    /// <summary>An echo is whole. False when it is not what was sent.</summary>
    private bool CountOne()
    {
        _receivedOfMessage = 0;
        if (Plan.IsNumbered)
        {
            var number = BinaryPrimitives.ReadInt64LittleEndian(_number);
            if (MayDiffer && number < _returned)
                return true;
            while (MayDiffer && _returned < number && number < _sent)
                Lose(_returned + 1);
            if (number != _returned)
                return false;
        }

        if (_returned == _sent)
            return true;
        if (Phase is { } phase)
        {
            if (phase.IsCounted)
                Latencies.Record(time.GetElapsedTime(_begun[_returned % _begun.Length]));
            phase.Complete();
        }

        _returned++;
        PassEnded();
        return true;
    }
}
