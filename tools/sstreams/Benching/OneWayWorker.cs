using System.Buffers.Binary;

namespace SecureStreams.Tool.Benching;

/// <summary>
/// Sends as fast as there is room. The last message is marked, and a message of the peer answers it; over raw the peer is told at the beginning how much comes, and answers
/// with a byte. So the end is known from the peer, not from buffers of this side.
/// </summary>
internal sealed class OneWayWorker(BenchPlan plan, BenchTroubles troubles) : LinkWorker(plan, troubles)
{
    // Taken at a time, so that streams share what there is evenly enough and seldom meet.
    private const long Portion = 1024;

    private readonly LateRefusals _refusals = new();
    private long _taken;
    private long _begun;
    private long _acknowledged;
    private bool _announced;
    private bool _asked;

    protected override bool MayBegin
    {
        get
        {
            if (_asked || Phase is not { } phase)
                return false;

            // Over raw all of it is announced, so all of it is taken at once.
            if (_taken == 0)
                _taken = phase.Take(Plan.HasMessages ? Portion : phase.Share);
            return _taken > 0;
        }
    }

    protected override bool IsIdle => !_asked && _begun == 0;

    protected override SsResult Take(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (Plan.IsMqtt)
            return SsResult.Continue;
        if (!_asked)
            return payload.IsEmpty ? SsResult.Continue : Refuse("the peer answers before the end");
        if (payload.IsEmpty && (flags & SsRxFlags.EndOfMessage) == 0)
            return SsResult.Continue;
        Finish(stream);
        return SsResult.Continue;
    }

    protected override int Preface(Span<byte> room)
    {
        if (Plan.HasMessages || _announced)
            return 0;
        _announced = true;
        BinaryPrimitives.WriteInt64LittleEndian(room, _taken * Plan.Size);
        return BenchPlan.NumberBytes;
    }

    protected override void BeginMessage(Span<byte> room)
    {
        // The mark of the last message is known only when nothing is left to take.
        if (_taken == 1 && Phase is { } phase)
            _taken += Plan.HasMessages ? phase.Take(Portion) : 0;
        if (_taken == 1)
        {
            room[0] = Plan.HasMessages ? BenchPlan.LastMark : (byte)0;
            _asked = true;
        }

        _taken--;
        _begun++;
    }

    protected override void EndMessage()
    {
        // Done is what the peer has answered.
    }

    protected override void Rest(SecureStream stream, bool hasSent)
    {
        // Over mqtt each message is answered by itself, and with QoS 0 only what is refused.
        if (!Plan.IsMqtt || _begun == 0)
            base.Rest(stream, hasSent);
        else if (Plan.Acknowledges ? _acknowledged == _begun : _refusals.AreTold(stream, hasSent))
            Finish(stream);
    }

    protected override void Acknowledged(SecureStream stream)
    {
        _acknowledged++;

        // What got lost before may have to be sent, else this was the last.
        if (_acknowledged == _begun)
            stream.RequestTransmit();
    }

    protected override void Decline(SecureStream stream, long message) => Acknowledged(stream);

    protected override void Lose(long message)
    {
        Lost++;
        _begun--;
        _asked = false;
        Phase?.GiveBack(1);
    }

    private void Finish(SecureStream stream)
    {
        Phase?.Complete(_begun);
        Reset();
        Leave(stream);
    }

    protected override void Forfeit()
    {
        base.Forfeit();
        Lost += _begun;
        Phase?.GiveBack(_begun + _taken);
        Reset();
    }

    private void Reset()
    {
        _taken = _begun = _acknowledged = 0;
        _announced = _asked = false;
    }
}
