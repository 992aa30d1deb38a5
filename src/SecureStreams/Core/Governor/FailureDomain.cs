using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>
/// The budget of one failure domain: so many attempts at once, then so many a minute, and no more under way at a time. First come, first served. Safe from any thread; its
/// lock is held for a few instructions and never while anything is called.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="budget">The budget now: a policy may change it.</param>
internal sealed class FailureDomain(TimeProvider time, Func<GovernorPolicy> budget)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<GovernorTicket> _waiting = new();
    private readonly long _origin = time.GetTimestamp();
    private ITimer? _timer;
    private bool _timerRuns;
    private bool _failing;
    private bool _retired;
    private int _inFlight;

    // When the budget will be whole again, from _origin: each attempt puts it off by one interval (the leaky bucket as a single number, exact to the tick).
    private long _wholeAt;

    // What one attempt cost by the budget that _wholeAt was reckoned by; 0 before the first.
    private long _interval;

    /// <summary>Whether the last thing known of the peer is a failure.</summary>
    public bool IsFailing => Volatile.Read(ref _failing);

    /// <summary>Whether the governor has forgotten it: a new attempt asks for another.</summary>
    public bool IsRetired => Volatile.Read(ref _retired);

    /// <summary>How many attempts wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Asks for an attempt. False: it waits, and the ticket is told when it may go ahead.</summary>
    /// <param name="ticket">A ticket that no domain counts.</param>
    public bool TryAdmit(GovernorTicket ticket)
    {
        lock (_lock)
        {
            ticket.Domain = this;
            if (_waiting.Count == 0 && TakeLocked() is null)
            {
                ticket.IsAdmitted = true;
                return true;
            }

            _waiting.AddLast(ticket.Node);
            ArmLocked();
            return false;
        }
    }

    /// <summary>The attempt of <paramref name="ticket"/> is over, or it no longer waits for one.</summary>
    public void Release(GovernorTicket ticket)
    {
        List<GovernorTicket>? admitted = null;
        lock (_lock)
        {
            if (ticket.Domain != this)
                return;
            ticket.Domain = null;
            if (ticket.IsAdmitted)
            {
                ticket.IsAdmitted = false;
                _inFlight--;
                admitted = AdmitLocked();
            }
            else
            {
                _waiting.Remove(ticket.Node);
                if (_waiting.Count == 0)
                    DisarmLocked();
            }
        }

        Tell(admitted);
    }

    /// <summary>An attempt reached the peer, or an answer of it: first attempts of others need not ask any more.</summary>
    public void Succeeded()
    {
        if (IsFailing)
            Volatile.Write(ref _failing, false);
    }

    /// <summary>An attempt or a connection failed.</summary>
    public void Failed() => Volatile.Write(ref _failing, true);

    /// <summary>Retires it if it holds nothing that a new one would not; then it is never used for a new attempt.</summary>
    public bool TryRetire()
    {
        lock (_lock)
        {
            if (_inFlight > 0 || _waiting.Count > 0 || _wholeAt > Now)
                return false;
            _retired = true;
            DisarmLocked();
            return true;
        }
    }

    /// <summary>The budget may be another now: whoever waited by the old one is looked at again.</summary>
    public void Reconsider()
    {
        List<GovernorTicket>? admitted;
        lock (_lock)
        {
            if (_waiting.Count == 0)
                return;
            DisarmLocked();
            admitted = AdmitLocked();
        }

        Tell(admitted);
    }

    private long Now => time.GetElapsedTime(_origin).Ticks;

    private void TimerFired()
    {
        List<GovernorTicket>? admitted;
        lock (_lock)
        {
            _timerRuns = false;
            admitted = AdmitLocked();
        }

        Tell(admitted);
    }

    private static void Tell(List<GovernorTicket>? admitted)
    {
        foreach (var ticket in admitted ?? [])
            ticket.Tell();
    }

    private List<GovernorTicket>? AdmitLocked()
    {
        List<GovernorTicket>? admitted = null;
        while (_waiting.First is { } first && TakeLocked() is null)
        {
            _waiting.RemoveFirst();
            first.Value.IsAdmitted = true;
            (admitted ??= []).Add(first.Value);
        }

        ArmLocked();
        return admitted;
    }

    /// <summary>Takes one attempt out of the budget. Else how long until time alone would allow it; zero when an attempt under way has to end first.</summary>
    private TimeSpan? TakeLocked()
    {
        var limits = budget();
        if (_inFlight >= limits.InFlight)
            return TimeSpan.Zero;
        var now = Now;
        var interval = IntervalLocked(limits, now);
        var wait = _wholeAt - ((limits.Burst - 1) * interval) - now;
        if (wait > 0)
            return TimeSpan.FromTicks(wait);
        _wholeAt = Math.Max(_wholeAt, now) + interval;
        _inFlight++;
        return null;
    }

    /// <summary>What one attempt costs. What was spent by another budget is reckoned anew: as many attempts, each at the price of now.</summary>
    private long IntervalLocked(GovernorPolicy limits, long now)
    {
        var interval = TimeSpan.TicksPerMinute / limits.AttemptsPerMinute;
        if (_interval != interval && _interval != 0 && _wholeAt > now)
            _wholeAt = now + (long)((_wholeAt - now) * ((double)interval / _interval));
        _interval = interval;
        return interval;
    }

    private void ArmLocked()
    {
        if (_waiting.Count == 0 || _timerRuns)
            return;
        var limits = budget();
        if (_inFlight >= limits.InFlight)
            return; // The end of one of them lets the next go.
        var interval = IntervalLocked(limits, Now);
        var wait = _wholeAt - ((limits.Burst - 1) * interval) - Now;

        // Timers count whole milliseconds and cut off the rest.
        var due = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(TimeSpan.FromTicks(wait).TotalMilliseconds)));
        _timerRuns = true;
        if (_timer is null)
            _timer = time.CreateDetachedTimer(static state => ((FailureDomain)state!).TimerFired(), this, due);
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A firing that is on its way already finds nobody, or admits who has come meanwhile and may go: both are harmless.</summary>
    private void DisarmLocked()
    {
        _timerRuns = false;
        _timer?.Dispose();
        _timer = null;
    }
}
