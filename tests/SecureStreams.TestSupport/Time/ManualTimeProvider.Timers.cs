using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Time;

/// <content>Looking at the timers and waiting for them.</content>
public sealed partial class ManualTimeProvider
{
    /// <summary>The armed timers, in the order in which they would fire.</summary>
    public IReadOnlyList<ArmedTimer> ArmedTimers
    {
        get
        {
            lock (_lock)
                return ArmedUnderLock();
        }
    }

    /// <summary>How many timers were made and not disposed, armed or not.</summary>
    public int OpenTimers
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    /// <summary>Waits until at least <paramref name="count"/> timers are armed.</summary>
    public Task WaitForTimersAsync(int count) =>
        WaitAsync(() => ArmedUnderLock().Count >= count, $"{count} armed timer(s)");

    /// <summary>Waits until a timer is armed that is due within <paramref name="dueWithin"/> from where the clock stands, and returns the first such.</summary>
    public async Task<ArmedTimer> WaitForArmedAsync(TimeSpan dueWithin)
    {
        ArmedTimer? found = null;
        await WaitAsync(() => (found = ArmedUnderLock().FirstOrDefault(timer => timer.DueIn <= dueWithin)) is not null, $"a timer due within {dueWithin}");
        return found!;
    }

    /// <summary>Waits until a timer is armed that is due exactly <paramref name="dueIn"/> from where the clock stands.</summary>
    public Task WaitForArmedExactlyAsync(TimeSpan dueIn) =>
        WaitAsync(() => ArmedUnderLock().Any(timer => timer.DueIn == dueIn), $"a timer due in exactly {dueIn}");

    /// <summary>Waits until no timer is armed.</summary>
    public Task WaitForNoTimersAsync() => WaitAsync(() => ArmedUnderLock().Count == 0, "no armed timer");

    /// <summary>Fails when a timer is armed.</summary>
    public void AssertNoArmedTimers()
    {
        if (ArmedTimers is { Count: > 0 } armed)
            throw new CheckFailedException($"Timers are still armed: {string.Join("; ", armed)}");
    }

    /// <summary>Fails when a timer was not disposed, armed or not.</summary>
    public void AssertNoOpenTimers()
    {
        lock (_lock)
        {
            if (_timers.Count > 0)
                throw new CheckFailedException($"Timers were not disposed: {string.Join("; ", _timers.Select(static timer => timer.Owner))}");
        }
    }

    private async Task WaitAsync(Func<bool> isMet, string what)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (isMet())
                return;
            _waiters.Add((isMet, met));
        }

        try
        {
            await met.Task.OrFail(() => $"Waited for {what}; armed are: {string.Join("; ", ArmedTimers)}");
        }
        finally
        {
            lock (_lock)
                _waiters.RemoveAll(waiter => waiter.Met == met);
        }
    }

    private void TellWaitersUnderLock()
    {
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (!_waiters[i].IsMet())
                continue;
            _waiters[i].Met.TrySetResult();
            _waiters.RemoveAt(i);
        }
    }

    private List<ArmedTimer> ArmedUnderLock() =>
        [.. _timers.Where(static timer => timer.Due is not null).OrderBy(static timer => timer.Due).ThenBy(static timer => timer.ArmedAs)
            .Select(timer => new ArmedTimer(timer.Due!.Value - _elapsed, timer.Period > TimeSpan.Zero ? timer.Period : Timeout.InfiniteTimeSpan, timer.Owner))];
}
