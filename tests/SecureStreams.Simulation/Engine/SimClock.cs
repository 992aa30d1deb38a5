namespace SecureStreams.Simulation.Engine;

/// <summary>
/// The virtual clock and the heap of everything that will happen. Times are microseconds, and so are timestamps, which are not <see cref="TimeSpan"/> ticks: code that
/// mixes the two up is ten times off here.
/// </summary>
internal sealed class SimClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly EventHeap _heap = new();
    private int _armings;
    private volatile bool _strayed;
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>Microseconds since the beginning.</summary>
    public long Now { get; private set; }

    /// <summary>How far the wall clock has been set from the truth, in microseconds.</summary>
    public long WallOffset { get; set; }

    /// <summary>All the time this machine has slept, in microseconds: the most by which anything may be late.</summary>
    public long Slept { get; private set; }

    /// <summary>Timers that will fire.</summary>
    public int ArmedTimers { get; set; }

    /// <summary>A defect for the invariants to find: one timer in five hundred fires 5 ms late.</summary>
    public bool LosesTime { get; init; }

    /// <summary>Whether anything ran on another thread.</summary>
    public bool Strayed => _strayed;

    /// <summary>Whether anything is still to come.</summary>
    public bool HasNext => _heap.Count > 0;

    /// <summary>When the next entry is due, stale ones included.</summary>
    public long NextTime => _heap.NextTime;

    public override long TimestampFrequency => 1_000_000;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Whole microseconds, rounded up: a timer never fires early.</summary>
    public static long Microseconds(TimeSpan time) => (time.Ticks + 9) / 10;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks((Now + WallOffset) * 10);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        AssertThread();
        var timer = new SimTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Plans the firing of a timer.</summary>
    public void Arm(TimeSpan dueTime, SimTimer timer, int generation) =>
        Schedule(Microseconds(dueTime) + (LosesTime && ++_armings % 500 == 0 ? 5_000 : 0), timer, generation);

    /// <summary>Plans an event <paramref name="delay"/> microseconds from now.</summary>
    public void Schedule(long delay, ISimEvent target, int argument) => _heap.Add(Now + Math.Max(delay, 0), target, argument);

    /// <summary>Moves to the next event and fires it; false when it was stale.</summary>
    public bool FireNext()
    {
        // After a sleep what was due meanwhile happens late, one after the other.
        if (_heap.NextTime > Now)
            Now = _heap.NextTime;
        var (target, argument) = _heap.Take();
        return target.Fire(argument);
    }

    /// <summary>The machine sleeps: time leaps, and nothing that was due meanwhile has happened.</summary>
    public void Sleep(long microseconds)
    {
        Now += microseconds;
        Slept += microseconds;
    }

    /// <summary>Nothing of the product may go around the simulation's one thread.</summary>
    public void AssertThread()
    {
        if (Environment.CurrentManagedThreadId == _thread)
            return;
        _strayed = true;
        throw new InvalidOperationException("Something ran on another thread than the simulation's.");
    }
}
