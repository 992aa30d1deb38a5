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

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        CountReceived(payload.Length);
        if (Plan.IsMqtt)
            return SsResult.Continue;
        if (!_asked)
            return payload.IsEmpty ? SsResult.Continue : Refuse("the peer answers before the end");
        if (payload.IsEmpty && (flags & SsRxFlags.EndOfMessage) == 0)
            return SsResult.Continue;
        Finish();
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
        // Done is what the peer has answered; over mqtt nobody does, and with QoS 0 nobody even says that it has come.
        if (Plan is { IsMqtt: true, Acknowledges: false } && _asked)
            Finish();
    }

    protected override void Acknowledged(SecureStream stream)
    {
        _acknowledged++;
        if (Plan.IsMqtt && _asked && _acknowledged == _begun)
            Finish();
    }

    private void Finish()
    {
        Phase?.Complete(_begun);
        Reset();
        Leave();
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
