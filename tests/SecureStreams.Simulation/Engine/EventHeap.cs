namespace SecureStreams.Simulation.Engine;

/// <summary>Events by time, then by the order in which they were scheduled. A four-ary heap of structs: the innermost loop of the simulation.</summary>
internal sealed class EventHeap
{
    private Entry[] _entries = new Entry[1024];
    private long _sequence;

    public int Count { get; private set; }

    /// <summary>When the next event is due; meaningless when there is none.</summary>
    public long NextTime => _entries[0].Time;

    public void Add(long time, ISimEvent target, int argument)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        var entry = new Entry(time, _sequence++, target, argument);
        var at = Count++;
        while (at > 0)
        {
            var parent = (at - 1) >> 2;
            if (!entry.IsBefore(_entries[parent]))
                break;
            _entries[at] = _entries[parent];
            at = parent;
        }

        _entries[at] = entry;
    }

    public (ISimEvent Target, int Argument) Take()
    {
        var first = _entries[0];
        var last = _entries[--Count];
        _entries[Count] = default;
        if (Count > 0)
            SiftDown(last);
        return (first.Target, first.Argument);
    }

    private void SiftDown(Entry entry)
    {
        var at = 0;
        while (true)
        {
            var child = (at << 2) + 1;
            if (child >= Count)
                break;
            var least = child;
            var end = Math.Min(child + 4, Count);
            for (var other = child + 1; other < end; other++)
            {
                if (_entries[other].IsBefore(_entries[least]))
                    least = other;
            }

            if (!_entries[least].IsBefore(entry))
                break;
            _entries[at] = _entries[least];
            at = least;
        }

        _entries[at] = entry;
    }

    private readonly record struct Entry(long Time, long Sequence, ISimEvent Target, int Argument)
    {
        public bool IsBefore(in Entry other) => Time != other.Time ? Time < other.Time : Sequence < other.Sequence;
    }
}
