using System.Buffers.Binary;

namespace SecureStreams.Tool.Benching;

/// <summary>Keeps messages under way and measures each until it has come back. Echoes come in the order of sending; messages that are large enough hold their number.</summary>
internal sealed class EchoWorker(BenchPlan plan, BenchTroubles troubles, TimeProvider time) : LinkWorker(plan, troubles)
{
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

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        CountReceived(payload.Length);
        while (!payload.IsEmpty)
        {
            if (_returned == _sent)
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
            Leave();
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

    protected override void Forfeit()
    {
        base.Forfeit();
        var underWay = _sent - _returned;
        Lost += underWay;
        Phase?.GiveBack(underWay + _taken);
        _taken = 0;
        _receivedOfMessage = 0;
        _returned = _sent;
    }

    private bool CountOne()
    {
        if (Plan.IsNumbered && BinaryPrimitives.ReadInt64LittleEndian(_number) != _returned)
            return false;
        if (Phase is { } phase)
        {
            if (phase.IsCounted)
                Latencies.Record(time.GetElapsedTime(_begun[_returned % _begun.Length]));
            phase.Complete();
        }

        _returned++;
        _receivedOfMessage = 0;
        return true;
    }
}
