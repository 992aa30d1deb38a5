namespace SecureStreams;

/// <summary>Operations in order, linked by themselves: no memory of its own.</summary>
internal struct SendList
{
    private SendOperation? _last;

    public SendOperation? First { get; private set; }

    public readonly bool IsEmpty => First is null;

    public void Add(SendOperation operation)
    {
        operation.Next = null;
        if (_last is null)
            First = operation;
        else
            _last.Next = operation;
        _last = operation;
    }

    public SendOperation? Take()
    {
        if (First is not { } operation)
            return null;
        First = operation.Next;
        if (First is null)
            _last = null;
        operation.Next = null;
        return operation;
    }

    public bool Remove(SendOperation operation)
    {
        SendOperation? before = null;
        for (var one = First; one is not null; before = one, one = one.Next)
        {
            if (one != operation)
                continue;
            if (before is null)
                First = one.Next;
            else
                before.Next = one.Next;
            if (_last == one)
                _last = before;
            one.Next = null;
            return true;
        }

        return false;
    }

    /// <summary>Puts all of <paramref name="others"/> before what is here, and empties it.</summary>
    public void Precede(ref SendList others)
    {
        if (others.First is null)
            return;
        others._last!.Next = First;
        _last ??= others._last;
        First = others.First;
        others = default;
    }
}
