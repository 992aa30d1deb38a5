namespace SecureStreams.Simulation.Engine;

/// <summary>A timer of the virtual clock. A change or disposal leaves its old entry in the heap, to be told by its generation.</summary>
internal sealed class SimTimer : ITimer, ISimEvent
{
    private readonly SimClock _clock;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private TimeSpan _period;
    private int _generation;
    private bool _armed;
    private bool _disposed;

    public SimTimer(SimClock clock, TimerCallback callback, object? state)
    {
        _clock = clock;
        _callback = callback;
        _state = state;
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
            return false;
        _clock.AssertThread();
        _generation++;
        SetArmed(dueTime != Timeout.InfiniteTimeSpan);
        _period = period;
        if (_armed)
            _clock.Arm(dueTime, this, _generation);
        return true;
    }

    public bool Fire(int argument)
    {
        if (!_armed || argument != _generation)
            return false;
        if (_period > TimeSpan.Zero)
        {
            _clock.Arm(_period, this, ++_generation);
        }
        else
        {
            SetArmed(false);
        }

        _callback(_state);
        return true;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _clock.AssertThread();
        _disposed = true;
        SetArmed(false);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void SetArmed(bool armed)
    {
        if (_armed == armed)
            return;
        _armed = armed;
        _clock.ArmedTimers += armed ? 1 : -1;
    }
}
