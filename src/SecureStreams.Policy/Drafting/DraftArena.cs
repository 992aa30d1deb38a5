namespace SecureStreams.Policy;

/// <summary>Where the values of draft entries lie, those of an entry side by side. The memory is borrowed and goes back with <see cref="Dispose"/>.</summary>
internal sealed class DraftArena : IDisposable
{
    // As with the tokens of a JsonTree.
    [ThreadStatic]
    private static WeakReference<DraftValue[]>? spare;

    private DraftValue[] _values = TakeSpare() ?? new DraftValue[256];
    private int _highest;

    public int Count { get; private set; }

    public Span<DraftValue> Slice(int start, int count) => _values.AsSpan(start, count);

    public void Add(in DraftValue value)
    {
        Reserve(1);
        _values[Count++] = value;
        _highest = Math.Max(_highest, Count);
    }

    /// <summary>Copies a run to the end, where it can grow.</summary>
    public int MoveToEnd(int start, int count)
    {
        Reserve(count);
        var moved = Count;
        Array.Copy(_values, start, _values, moved, count);
        Count += count;
        _highest = Math.Max(_highest, Count);
        return moved;
    }

    public void RemoveLast() => Count--;

    public void Dispose()
    {
        // What is kept must hold on to nothing.
        Array.Clear(_values, 0, Math.Min(_highest, _values.Length));
        spare = new WeakReference<DraftValue[]>(_values);
        _values = [];
        Count = 0;
    }

    private void Reserve(int more)
    {
        if (Count + more <= _values.Length)
            return;
        var larger = new DraftValue[2 * (Count + more)];
        Array.Copy(_values, larger, Count);
        _values = larger;
    }

    private static DraftValue[]? TakeSpare()
    {
        DraftValue[]? kept = null;
        spare?.TryGetTarget(out kept);
        spare = null;
        return kept;
    }
}
