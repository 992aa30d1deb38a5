using System.Globalization;

namespace SecureStreams.Tool.Benching;

/// <summary>One transaction after the other; an operation is done when its answer has come whole.</summary>
internal sealed class TransactionWorker : BenchWorker
{
    // Of a peer that answers nothing any more, this is enough to know it: the stream itself is not told to stop, and would go on for ever.
    private const int MaxCutInARow = 100;

    private readonly int _size;
    private readonly bool _isOpportunistic;
    private readonly TimeProvider _time;
    private long _began;
    private int _left;
    private bool _underWay;
    private bool _answered;
    private int _cutInARow;

    public TransactionWorker(BenchPlan plan, BenchTroubles troubles, TimeProvider time)
        : base(troubles)
    {
        _size = plan.Size;
        _isOpportunistic = plan.IsOpportunistic;
        _time = time;
        BecomeReady();
    }

    protected override void Wake(SecureStream stream)
    {
        if (HasGivenUp || Phase is not { } phase || !phase.TryTake())
        {
            Leave(stream);
            return;
        }

        _began = _time.GetTimestamp();
        _underWay = true;
        _answered = false;
        if (_size > 0)
            stream.RequestTransmit(_size);
        else
            stream.Connect();
    }

    protected override SsResult Follow(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connecting:
                _left = _size;
                break;
            case SsState.QosAckRemote or SsState.QosNackRemote:
                _answered = true;
                if (change.State == SsState.QosNackRemote)
                {
                    Refused++;
                    Troubles.Add(string.Create(CultureInfo.InvariantCulture, $"refused: status {change.Ack}"));
                }

                break;
            case SsState.Disconnected when _underWay && _answered:
                _underWay = false;
                _cutInARow = 0;
                if (Phase is { } phase)
                {
                    if (phase.IsCounted)
                        Latencies.Record(_time.GetElapsedTime(_began));
                    phase.Complete();
                }

                Wake(stream);
                break;
            case SsState.Disconnected when _underWay && change.Cause.NextAction == SsNextAction.Retry:
                // It is made again, by policy.
                Troubles.Add($"cut short: {Words(change.Cause)}");
                Reconnects++;
                break;
            case SsState.Disconnected when _underWay && change.Cause.NextAction != SsNextAction.Destroy:
                Troubles.Add($"cut short: {Words(change.Cause)}");
                Forfeit();

                // Else AllRetriesFailed follows.
                if (!_isOpportunistic)
                    break;
                if (++_cutInARow == MaxCutInARow)
                    return GiveUp(string.Create(CultureInfo.InvariantCulture, $"gave up after {MaxCutInARow} transactions in a row were cut short"));
                Wake(stream);
                break;
        }

        return SsResult.Continue;
    }

    protected override void Forfeit()
    {
        if (!_underWay)
            return;
        _underWay = false;
        Lost++;
        Phase?.GiveBack(1);
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var first = _left == _size;
        do
        {
            var count = Math.Min(tx.Buffer.Length, _left);
            tx.Buffer[..count].Fill((byte)'x');
            _left -= count;
            CountSent(count);
            tx.Commit(count, (first ? SsTxFlags.StartOfMessage : SsTxFlags.None) | (_left == 0 ? SsTxFlags.EndOfMessage : SsTxFlags.None));
            first = false;
        }
        while (_left > 0 && tx.MoreRoom);
        if (_left > 0)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
