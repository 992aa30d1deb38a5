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
        _timer = time.CreateDetachedTimer(
            static state =>
            {
                var (fired, generation) = ((Action<long>, long))state!;
                fired(generation);
            },
            (fired, generation),
            due);
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
