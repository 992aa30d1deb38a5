
namespace SecureStreams.Testing;

/// <content>Looking at the timers and waiting for them.</content>
public partial class SsVirtualTime
{
    /// <summary>The armed timers, in the order in which they would fire.</summary>
    public IReadOnlyList<SsArmedTimer> ArmedTimers
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

    /// <summary>Waits until at least <paramref name="count"/> timers are armed, at most 60 s of real time.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Completed when they are.</returns>
    /// <exception cref="SsAssertionException">They are not armed within that.</exception>
    public Task WaitForTimersAsync(int count) =>
        WaitAsync(() => ArmedUnderLock().Count >= count, $"{count} armed timer(s)");

    /// <summary>Waits until a timer is armed that is due within <paramref name="dueWithin"/> from where the clock stands, at most 60 s of real time.</summary>
    /// <param name="dueWithin">How soon it has to be due.</param>
    /// <returns>The first such.</returns>
    /// <exception cref="SsAssertionException">None is armed within that.</exception>
    public async Task<SsArmedTimer> WaitForArmedAsync(TimeSpan dueWithin)
    {
        SsArmedTimer? found = null;
        await WaitAsync(() => (found = ArmedUnderLock().FirstOrDefault(timer => timer.DueIn <= dueWithin)) is not null, $"a timer due within {dueWithin}").ConfigureAwait(false);
        return found!;
    }

    /// <summary>Waits until a timer is armed that is due exactly <paramref name="dueIn"/> from where the clock stands, at most 60 s of real time.</summary>
    /// <param name="dueIn">How soon it has to be due.</param>
    /// <returns>Completed when one is.</returns>
    /// <exception cref="SsAssertionException">None is armed within that.</exception>
    public Task WaitForArmedExactlyAsync(TimeSpan dueIn) =>
        WaitAsync(() => ArmedUnderLock().Any(timer => timer.DueIn == dueIn), $"a timer due in exactly {dueIn}");

    /// <summary>Waits until no timer is armed, at most 60 s of real time.</summary>
    /// <returns>Completed when none is.</returns>
    /// <exception cref="SsAssertionException">One is still armed then.</exception>
    public Task WaitForNoTimersAsync() => WaitAsync(() => ArmedUnderLock().Count == 0, "no armed timer");

    /// <summary>Fails when a timer is armed.</summary>
    /// <exception cref="SsAssertionException">One is; the message names each.</exception>
    public void AssertNoArmedTimers()
    {
        if (ArmedTimers is { Count: > 0 } armed)
            throw new SsAssertionException($"Timers are still armed: {string.Join("; ", armed)}");
    }

    /// <summary>Fails when a timer was not disposed, armed or not.</summary>
    /// <exception cref="SsAssertionException">One was not; the message names each.</exception>
    public void AssertNoOpenTimers()
    {
        lock (_lock)
        {
            if (_timers.Count > 0)
                throw new SsAssertionException($"Timers were not disposed: {string.Join("; ", _timers.Select(static timer => timer.Owner))}");
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
            await met.Task.WaitAsync(Patience, System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SsAssertionException($"Nothing came within {Patience.TotalSeconds:0} s of real time. Waited for {what}; armed are: {string.Join("; ", ArmedTimers)}");
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

    private List<SsArmedTimer> ArmedUnderLock() =>
        [.. _timers.Where(static timer => timer.Due is not null).OrderBy(static timer => timer.Due).ThenBy(static timer => timer.ArmedAs)
            .Select(timer => new SsArmedTimer(timer.Due!.Value - _elapsed, timer.Period > TimeSpan.Zero ? timer.Period : Timeout.InfiniteTimeSpan, timer.Owner))];
}
