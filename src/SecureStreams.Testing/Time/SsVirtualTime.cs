
using SecureStreams.Testing.Time;

namespace SecureStreams.Testing;

/// <summary>
/// A clock that moves only when a test advances it. Due timers fire on the advancing thread, outside the lock, in order of due time and then of arming, with the
/// clock standing at each one's due time; what a callback arms within the span fires in the same advance.
/// </summary>
/// <remarks>
/// Await that the code under test has armed its timer (<see cref="WaitForTimersAsync"/>, <see cref="WaitForArmedAsync"/>) before advancing: an advance that comes
/// first passes the timer by, and the test hangs. A timer that is due at once fires in the next advance, even one by zero.
/// </remarks>
public partial class SsVirtualTime : TimeProvider
{
    // What a wait may take on the machine of the test before it is taken for one that never ends.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // 2030: inside the validity of the test certificates, and far from any wall clock that code might read by mistake.
    private static readonly DateTimeOffset DefaultStart = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    // Turns a timer that for ever arms itself anew into a failure instead of a hang.
    private const int MaxFiredInOneAdvance = 1_000_000;

    private static readonly TimeSpan MaxDue = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _lock = new();
    private readonly List<VirtualTimer> _timers = [];
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _waiters = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private long _armings;
    private bool _advancing;

    /// <summary>Makes a clock that stands.</summary>
    /// <param name="start">Where it stands; null for the beginning of 2030, UTC.</param>
    public SsVirtualTime(DateTimeOffset? start = null) => _start = (start ?? DefaultStart).ToUniversalTime();

    /// <summary>
    /// Five units to four ticks: code that takes timestamps for ticks is a quarter wrong, code that divides the frequencies as integers too; yet whole
    /// microseconds-and-up convert to and fro without loss, so that a deadline is never missed by one tick of rounding.
    /// </summary>
    public override long TimestampFrequency => 12_500_000;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How far the clock was advanced since it was made.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
                return _elapsed;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    /// <remarks>Begins far from zero, since code that takes zero for "never" or "start" would otherwise pass.</remarks>
    public override long GetTimestamp() => 1_000_000_007L + ((Elapsed.Ticks * 5) + 3) / 4;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ThrowIfOutOfRange(dueTime, period);
        var timer = new VirtualTimer(this, callback, state);
        lock (_lock)
        {
            _timers.Add(timer);
            ArmUnderLock(timer, dueTime, period);
        }

        return timer;
    }

    /// <summary>Moves the clock and fires what becomes due.</summary>
    /// <param name="by">How far; not negative.</param>
    /// <exception cref="SsAssertionException">A million timers fired: one arms itself for the same moment again and again.</exception>
    /// <exception cref="InvalidOperationException">Another advance is under way: on another thread, or this is a timer callback.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan target;
        lock (_lock)
        {
            if (_advancing)
                throw new InvalidOperationException("The clock is being advanced already; one thread advances it, and not from a timer callback.");
            _advancing = true;
            target = _elapsed + by;
        }

        try
        {
            for (var fired = 0; TakeDue(target) is { } timer; fired++)
            {
                if (fired == MaxFiredInOneAdvance)
                    throw new SsAssertionException($"{fired} timers fired in one advance by {by}: {timer.Owner} probably arms itself for the same moment again and again.");
                Fire(timer);
            }
        }
        finally
        {
            lock (_lock)
                _advancing = false;
        }
    }

    /// <summary>Moves the clock to the due time of the next armed timer and fires what is due then.</summary>
    /// <returns>How far that was.</returns>
    /// <exception cref="SsAssertionException">No timer is armed.</exception>
    public TimeSpan AdvanceToNextTimer()
    {
        var armed = ArmedTimers;
        if (armed.Count == 0)
            throw new SsAssertionException("No timer is armed, so there is none to advance to.");
        var by = armed[0].DueIn;
        Advance(by);
        return by;
    }

    internal bool Change(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        ThrowIfOutOfRange(dueTime, period);
        lock (_lock)
        {
            if (timer.IsDisposed)
                return false;
            ArmUnderLock(timer, dueTime, period);
            return true;
        }
    }

    internal void Remove(VirtualTimer timer)
    {
        lock (_lock)
            RemoveUnderLock(timer);
    }

    internal ValueTask RemoveAsync(VirtualTimer timer)
    {
        lock (_lock)
        {
            RemoveUnderLock(timer);
            if (!timer.IsRunning)
                return default;
            timer.Idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(timer.Idle.Task);
        }
    }

    private static void ThrowIfOutOfRange(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(dueTime, MaxDue);
        }

        if (period != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(period, MaxDue);
        }
    }

    private VirtualTimer? TakeDue(TimeSpan target)
    {
        lock (_lock)
        {
            VirtualTimer? next = null;
            foreach (var timer in _timers)
            {
                if (timer.Due <= target && (next is null || timer.Due < next.Due || (timer.Due == next.Due && timer.ArmedAs < next.ArmedAs)))
                    next = timer;
            }

            if (next is null)
            {
                _elapsed = target;
                TellWaitersUnderLock();
                return null;
            }

            _elapsed = next.Due!.Value;

            // As with the platform's timers, a period of zero means a single shot.
            next.Due = next.Period > TimeSpan.Zero ? next.Due + next.Period : null;
            if (next.Due is not null)
                next.ArmedAs = ++_armings;
            next.IsRunning = true;
            TellWaitersUnderLock();
            return next;
        }
    }

    private void Fire(VirtualTimer timer)
    {
        try
        {
            timer.Invoke();
        }
        finally
        {
            TaskCompletionSource? idle;
            lock (_lock)
            {
                timer.IsRunning = false;
                idle = timer.Idle;
            }

            idle?.TrySetResult();
        }
    }

    private void ArmUnderLock(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        timer.Period = period;
        timer.Due = dueTime == Timeout.InfiniteTimeSpan ? null : _elapsed + dueTime;
        timer.ArmedAs = ++_armings;
        TellWaitersUnderLock();
    }

    private void RemoveUnderLock(VirtualTimer timer)
    {
        timer.IsDisposed = true;
        timer.Due = null;
        _timers.Remove(timer);
        TellWaitersUnderLock();
    }
}
