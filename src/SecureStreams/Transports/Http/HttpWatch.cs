using SecureStreams.Core;

namespace SecureStreams.Transports.Http;

/// <summary>The cancellation and the one timer of an exchange, made once and reused by the exchanges that follow.</summary>
/// <remarks>
/// The timer is left running between exchanges. Sooner than asked for is always soon enough, since whoever is told looks at the clock; so nearly no exchange
/// touches the platform's timers, and one that nobody owns fires once and is quiet.
/// </remarks>
internal sealed class HttpWatch : IDisposable
{
    private const long NotArmed = long.MaxValue;

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly ITimer _timer;
    private HttpTransport? _owner;
    private long _due = NotArmed;

    public HttpWatch(TimeProvider time)
    {
        _time = time;

        _timer = time.CreateDetachedTimer(static state => ((HttpWatch)state!).Fired(), this, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancels the exchange.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>Whose exchange it is. A timer that fires late meets the next owner, who judges by the clock, not by the firing.</summary>
    public void Own(HttpTransport? owner) => Interlocked.Exchange(ref _owner, owner);

    /// <summary>Fires once, after <paramref name="delay"/> at the latest.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="delay">How long from now.</param>
    public void Arm(long now, TimeSpan delay)
    {
        // Own and Fired each write one of both fields and then read the other, so a firing that is under way is either seen here as not armed or tells the owner.
        var due = now + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        var armed = Volatile.Read(ref _due);
        if (armed > now && armed <= due)
            return;
        Volatile.Write(ref _due, due);
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    public void Cancel() => _cancellation.Cancel();

    /// <summary>Makes it ready for another exchange; false when it was cancelled, which is final.</summary>
    public bool TryReset()
    {
        Own(null);
        return _cancellation.TryReset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The source itself is left to the collector: whoever still holds the token may register with it.
        Own(null);
        _timer.Dispose();
    }

    private void Fired()
    {
        Interlocked.Exchange(ref _due, NotArmed);
        Volatile.Read(ref _owner)?.TimerFired();
    }
}
