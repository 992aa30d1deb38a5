using SecureStreams.Core;
using SecureStreams.Implementation;

namespace SecureStreams.Transports.Connections;

/// <summary>The bound on one write (<c>tx_timeout_ms</c>). Its timer runs only while the network has not taken what it was handed.</summary>
/// <param name="time">The clock.</param>
/// <param name="bound">How long a write may take.</param>
/// <param name="mailbox">The connection's.</param>
/// <param name="tooLong">Called on the mailbox when one takes longer.</param>
internal sealed class WriteWatch(TimeProvider time, TimeSpan bound, Mailbox mailbox, Action tooLong) : IMailboxWork, IDisposable
{
    private ITimer? _timer;
    private long _since;
    private bool _waits;

    /// <summary>Whether a write waits.</summary>
    public bool Waits => _waits;

    /// <summary>A write has to wait.</summary>
    public void BeginOnMailbox()
    {
        _waits = true;
        _since = time.GetTimestamp();
        if (_timer is null)
            _timer = time.CreateDetachedTimer(static state => ((WriteWatch)state!).Fired(), this, bound);
        else
            _timer.Change(bound, Timeout.InfiniteTimeSpan);
    }

    /// <summary>It is done, or nobody waits for it any more.</summary>
    public void EndOnMailbox()
    {
        _waits = false;
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _waits = false;
        _timer?.Dispose();
        _timer = null;
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        // From a timer that may have run for a write before: what waits now decides.
        if (!_waits)
            return;
        var left = bound - time.GetElapsedTime(_since);
        if (left > TimeSpan.Zero)
        {
            _timer?.Change(left, Timeout.InfiniteTimeSpan);
            return;
        }

        _waits = false;
        tooLong();
    }

    private void Fired() => mailbox.Post(this);
}
