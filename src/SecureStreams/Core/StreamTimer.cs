namespace SecureStreams.Core;

/// <summary>The one timer an application may start on a stream. Late firings are told apart by generation.</summary>
internal sealed class StreamTimer(TimeProvider time, Action<long> fired) : IDisposable
{
    private ITimer? _timer;
    private long _generation;

    /// <summary>Whether it is armed.</summary>
    public bool IsArmed { get; private set; }

    public void StartOnMailbox(TimeSpan due)
    {
        var generation = ++_generation;
        IsArmed = true;
        _timer?.Dispose();

        // Timers do not capture the caller's execution context: the application's ambient state must not leak into callbacks.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(
                static state =>
                {
                    var (fired, generation) = ((Action<long>, long))state!;
                    fired(generation);
                },
                (fired, generation),
                due,
                Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether the firing of <paramref name="generation"/> still counts; it then is no longer armed.</summary>
    public bool TakeOnMailbox(long generation)
    {
        if (!IsArmed || generation != _generation)
            return false;
        CancelOnMailbox();
        return true;
    }

    public void CancelOnMailbox()
    {
        if (!IsArmed)
            return;
        IsArmed = false;
        _timer?.Dispose();
        _timer = null;
    }

    public void Dispose() => CancelOnMailbox();
}
