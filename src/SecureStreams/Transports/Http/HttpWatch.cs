namespace SecureStreams.Transports.Http;

/// <summary>The cancellation and the one timer of an exchange, made once and reused by the exchanges that follow.</summary>
internal sealed class HttpWatch : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly ITimer _timer;
    private HttpTransport? _owner;

    public HttpWatch(TimeProvider time)
    {
        // Not the creator's execution context: the watch outlives whoever happens to make it.
        using (ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static state => Volatile.Read(ref ((HttpWatch)state!)._owner)?.TimerFired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancels the exchange.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>Whose exchange it is. A timer that fires late meets the next owner, who judges by the clock, not by the firing.</summary>
    public void Own(HttpTransport? owner) => Volatile.Write(ref _owner, owner);

    /// <summary>Fires once after <paramref name="delay"/>; replaces what was armed before.</summary>
    public void Arm(TimeSpan delay) => _timer.Change(delay, Timeout.InfiniteTimeSpan);

    public void Cancel() => _cancellation.Cancel();

    /// <summary>Makes it ready for another exchange; false when it was cancelled, which is final.</summary>
    public bool TryReset()
    {
        Own(null);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return _cancellation.TryReset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The source itself is left to the collector: whoever still holds the token may register with it.
        Own(null);
        _timer.Dispose();
    }
}
