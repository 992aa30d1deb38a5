using System.Buffers;

namespace SecureStreams.Implementation;

/// <summary>
/// The posts of one <see cref="Mailbox"/>: anyone adds, who is inside takes, in the order of adding. Idle it is these fields alone: one post waits in place, more
/// wait in an array that is rented for as long as there are any. So a million idle streams hold no arrays, and a burst leaves nothing behind.
/// </summary>
/// <remarks>
/// Two sides: <c>_posted</c> under the latch, which adders fill, and <c>_taken</c>, which belongs to who is inside the mailbox. The taker swaps a full side for its
/// emptied one. The latch is held for that swap or for one append, never while anything is rented or run: it orders the entries of this queue and guards no state of
/// a stream, nobody who holds it waits for anything, so it can neither deadlock nor hold up user code.
/// </remarks>
internal struct MailboxQueue
{
    // Element 0 waits in a field: the usual post to an idle stream finds and leaves nothing else.
    private Entry _firstPosted;
    private Entry[]? _posted;
    private int _postedCount;
    private int _latch;

    private Entry _firstTaken;
    private Entry[]? _taken;
    private int _takenCount;
    private int _next;

    /// <summary>Whether nothing waits. Only for who is inside the mailbox.</summary>
    public readonly bool IsEmpty => _next == _takenCount && Volatile.Read(in _postedCount) == 0;

    /// <summary>Whether nothing was added since the last swap. Who has just left an emptied mailbox may ask this: the other side is then somebody else's.</summary>
    public readonly bool NothingPosted => Volatile.Read(in _postedCount) == 0;

    /// <summary>Adds at the end. From any thread.</summary>
    public void Add(IMailboxWork work, long argument)
    {
        // Renting and returning may take their time, so both are done outside the latch.
        Entry[]? spare = null;
        while (!TryAppend(work, argument, ref spare, out var room))
        {
            Return(spare);
            spare = ArrayPool<Entry>.Shared.Rent(room + 1);
        }

        Return(spare);
    }

    /// <summary>Takes the oldest. Only for who is inside the mailbox.</summary>
    public bool TryTake(out IMailboxWork work, out long argument)
    {
        if (_next == _takenCount && !SwapIfPosted())
        {
            work = null!;
            argument = 0;
            return false;
        }

        ref var entry = ref _next == 0 ? ref _firstTaken : ref _taken![_next - 1];
        _next++;
        work = entry.Work;
        argument = entry.Argument;
        entry = default;
        if (_next == _takenCount && _taken is { } emptied)
        {
            _taken = null;
            ArrayPool<Entry>.Shared.Return(emptied);
        }

        return true;
    }

    private static void Return(Entry[]? array)
    {
        if (array is not null)
            ArrayPool<Entry>.Shared.Return(array, clearArray: true);
    }

    /// <summary>Adds if there is room, or if <paramref name="spare"/> makes room: it then takes the place of the array, which the caller gets to return.</summary>
    private bool TryAppend(IMailboxWork work, long argument, ref Entry[]? spare, out int room)
    {
        Enter();
        room = _posted?.Length ?? 0;
        var index = _postedCount - 1;
        if (index == room && spare?.Length > room)
        {
            _posted.AsSpan().CopyTo(spare);
            (_posted, spare) = (spare, _posted);
            room = _posted.Length;
        }

        var added = index < room;
        if (added)
        {
            ref var entry = ref index < 0 ? ref _firstPosted : ref _posted![index];
            entry.Work = work;
            entry.Argument = argument;
            Volatile.Write(ref _postedCount, _postedCount + 1);
        }

        Leave();
        return added;
    }

    private bool SwapIfPosted()
    {
        if (NothingPosted)
            return false;
        Enter();
        _firstTaken = _firstPosted;
        _firstPosted = default;
        _taken = _posted;
        _posted = null;
        _takenCount = _postedCount;
        _postedCount = 0;
        Leave();
        _next = 0;
        return true;
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _latch, 1) == 0)
            return;
        var wait = default(SpinWait);
        do
        {
            wait.SpinOnce();
        }
        while (Volatile.Read(ref _latch) != 0 || Interlocked.Exchange(ref _latch, 1) != 0);
    }

    private void Leave() => Volatile.Write(ref _latch, 0);

    private struct Entry
    {
        public IMailboxWork Work;
        public long Argument;
    }
}
