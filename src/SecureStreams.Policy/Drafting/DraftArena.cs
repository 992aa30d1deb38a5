using System.Buffers;

namespace SecureStreams.Policy;

/// <summary>Where the values of draft entries lie, those of an entry side by side. The memory is borrowed and goes back with <see cref="Dispose"/>.</summary>
internal sealed class DraftArena : IDisposable
{
    private DraftValue[] _values = ArrayPool<DraftValue>.Shared.Rent(64);

    public int Count { get; private set; }

    public Span<DraftValue> Slice(int start, int count) => _values.AsSpan(start, count);

    public void Add(in DraftValue value)
    {
        Reserve(1);
        _values[Count++] = value;
    }

    /// <summary>Copies a run to the end, where it can grow.</summary>
    public int MoveToEnd(int start, int count)
    {
        Reserve(count);
        var moved = Count;
        _values.AsSpan(start, count).CopyTo(_values.AsSpan(moved));
        Count += count;
        return moved;
    }

    public void RemoveLast() => Count--;

    public void Dispose()
    {
        ArrayPool<DraftValue>.Shared.Return(_values, clearArray: true);
        _values = [];
        Count = 0;
    }

    private void Reserve(int more)
    {
        if (Count + more <= _values.Length)
            return;
        var larger = ArrayPool<DraftValue>.Shared.Rent(2 * (Count + more));
        _values.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<DraftValue>.Shared.Return(_values, clearArray: true);
        _values = larger;
    }
}
