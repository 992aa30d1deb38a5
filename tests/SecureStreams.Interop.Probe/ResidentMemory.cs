namespace SecureStreams.Interop.Probe;

/// <summary>Looks at the resident memory of this process again and again.</summary>
internal sealed class ResidentMemory : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Func<bool> _isWarm;
    private readonly Timer _timer;

    /// <param name="isWarm">Whether what the process needs once is there.</param>
    public ResidentMemory(Func<bool> isWarm)
    {
        _isWarm = isWarm;
        _timer = new Timer(_ => Look(), null, Every, Every);
    }

    /// <summary>What it was when it was warm.</summary>
    public long Warm { get; private set; }

    /// <summary>The most since.</summary>
    public long Peak { get; private set; }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (!_isWarm())
            return;
        var now = Environment.WorkingSet;
        lock (_lock)
        {
            if (Warm == 0)
                Warm = now;
            Peak = Math.Max(Peak, now);
        }
    }
}
