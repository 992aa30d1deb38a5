namespace SecureStreams.Benchmarks.Idle;

/// <summary>The real clock, counting the timers that are alive.</summary>
internal sealed class TimerCount : TimeProvider
{
    private int _alive;

    public int Alive => Volatile.Read(ref _alive);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _alive);
        return new Counted(this, base.CreateTimer(callback, state, dueTime, period));
    }

    private sealed class Counted(TimerCount owner, ITimer inner) : ITimer
    {
        private int _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                Interlocked.Decrement(ref owner._alive);
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
