namespace SecureStreams.Core;

/// <summary>
/// The last events of one stream. Written on the mailbox, read from anywhere. Nothing is held before the first event, and what runs as it should costs one comparison.
/// </summary>
internal sealed class StreamHistory(TimeProvider time)
{
    // A stream that only ever connected holds one.
    private const int FirstCapacity = 1;

    // Changes that have a cause are rare, so that one serves all streams.
    private static readonly Lock Changing = new();
    private Record[] _records = [];
    private int _start;
    private int _count;
    private SsState _last;

    /// <summary>Keeps a change that had a cause, and a connection that follows one.</summary>
    public void NoteOnMailbox(in SsStateChange change, SsDetail? detail)
    {
        if (change.State == SsState.Connected)
        {
            if (_last == SsState.Connected)
                return;
        }
        else if (change.Cause.IsNone || change.Cause.Code == SsCauseCode.Completed)
        {
            return;
        }

        _last = change.State;
        var now = time.GetUtcNow();
        lock (Changing)
        {
            if (_count == _records.Length && _count < SsExplanation.Capacity)
                Grow();
            if (_count == SsExplanation.Capacity)
                _start = (_start + 1) % SsExplanation.Capacity;
            else
                _count++;
            _records[(_start + _count - 1) % _records.Length] = new Record(now, change.State, change.Cause, detail);
        }
    }

    /// <summary>The events, oldest first.</summary>
    public SsEvent[] Read()
    {
        lock (Changing)
        {
            var events = new SsEvent[_count];
            for (var i = 0; i < _count; i++)
            {
                ref readonly var record = ref _records[(_start + i) % _records.Length];
                events[i] = new SsEvent(record.Time, record.State, record.Cause, record.Detail);
            }

            return events;
        }
    }

    private void Grow() => Array.Resize(ref _records, _count == 0 ? FirstCapacity : Math.Min(_count * 2, SsExplanation.Capacity));

    private readonly record struct Record(DateTimeOffset Time, SsState State, SsCause Cause, SsDetail? Detail);
}
