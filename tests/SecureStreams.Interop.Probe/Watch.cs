namespace SecureStreams.Interop.Probe;

/// <summary>Looks again and again at what grows: the resident memory of this process, and what a stream has queued.</summary>
internal sealed class Watch : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly Func<bool> _isWarm;
    private readonly Func<long> _queued;
    private readonly Timer _timer;

    /// <param name="isWarm">Whether what the process needs once is there.</param>
    /// <param name="queued">What is queued.</param>
    public Watch(Func<bool> isWarm, Func<long> queued)
    {
        _isWarm = isWarm;
        _queued = queued;
        _timer = new Timer(_ => Look(), null, Every, Every);
    }

    /// <summary>The resident memory when it was warm.</summary>
    public long Warm { get; private set; }

    /// <summary>The most since.</summary>
    public long Peak { get; private set; }

    /// <summary>The most that was queued.</summary>
    public long PeakQueued { get; private set; }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var queued = _queued();
        var resident = _isWarm() ? Environment.WorkingSet : 0;
        lock (_lock)
        {
            PeakQueued = Math.Max(PeakQueued, queued);
            if (Warm == 0)
                Warm = resident;
            Peak = Math.Max(Peak, resident);
        }
    }
}
