using SecureStreams.Core;

namespace SecureStreams.Network;

/// <summary>
/// Tells a context that this machine's network has changed, once for all notices that come within <see cref="NetworkDefaults.NetworkSettles"/> of the first: a new address comes in several steps. Safe from
/// any thread.
/// </summary>
internal sealed class NetworkFollower : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action _settled;
    private readonly IDisposable? _subscription;
    private ITimer? _timer;
    private bool _disposed;

    /// <param name="platform">The watch, and the clock.</param>
    /// <param name="settled">Called on a timer. The watch holds this object weakly: whoever wants to be told keeps it.</param>
    public NetworkFollower(SsPlatform platform, Action settled)
    {
        _time = platform.Time;
        _settled = settled;

        // The system's watch lives as long as the process; a context that nobody disposes must not.
        var self = new WeakReference<NetworkFollower>(this);
        _subscription = platform.NetworkWatch.Subscribe(() =>
        {
            if (self.TryGetTarget(out var follower))
                follower.Noticed();
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription?.Dispose();
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Noticed()
    {
        lock (_lock)
        {
            // The first of several decides when: a network that never comes to rest is looked after all the same.
            if (!_disposed && _timer is null)
                _timer = _time.CreateDetachedTimer(static state => ((NetworkFollower)state!).Settled(), this, NetworkDefaults.NetworkSettles);
        }
    }

    private void Settled()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _timer?.Dispose();
            _timer = null;
        }

        _settled();
    }
}
