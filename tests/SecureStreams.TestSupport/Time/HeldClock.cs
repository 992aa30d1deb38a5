namespace SecureStreams.TestSupport.Time;

/// <summary>
/// The real clock, but for timers of one length, the window of a trial: those end when a test says so. So a test waits for what it wants to see, however slow the machine is, and then for
/// the decision.
/// </summary>
public sealed class HeldClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Held> _held = [];

    /// <summary>The length that is held.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromMinutes(17);

    /// <summary>Timers of that length that run.</summary>
    public int Running
    {
        get
        {
            lock (_lock)
                return _held.Count;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Window)
            return System.CreateTimer(callback, state, dueTime, period);
        var held = new Held(this, callback, state);
        lock (_lock)
            _held.Add(held);
        return held;
    }

    /// <summary>The window is over.</summary>
    public void End()
    {
        Held[] due;
        lock (_lock)
        {
            due = [.. _held];
            _held.Clear();
        }

        foreach (var one in due)
            one.Fire();
    }

    private sealed class Held(HeldClock clock, TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (clock._lock)
                clock._held.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
