using SecureStreams.Core;

namespace SecureStreams.Connectivity;

/// <summary>When it is looked without being asked to.</summary>
internal sealed partial class CaptivePortalDetector
{
    private ITimer? _recheck;
    private long? _looked;
    private bool _again;
    private bool _toldOfProblem;

    /// <summary>The first look of a context: ends when its result is known. Nothing where the options do not ask for it or the policy has no streamtype for it.</summary>
    public Task StartAsync() => options.Automatic && TryLook(SsInternetTrigger.Start) is { } look ? look : Task.CompletedTask;

    /// <summary>This machine's addresses have changed: what was found may hold no more, and a look under way may have begun before.</summary>
    public void NetworkChanged()
    {
        if (!options.Automatic)
            return;
        lock (_lock)
        {
            if (_look is not null)
            {
                _again = true;
                return;
            }
        }

        TryLook(SsInternetTrigger.NetworkChange);
    }

    /// <summary>
    /// A stream whose streamtype says <c>http_fail_redirect</c> was redirected: as in lws the system counts as behind a portal from then on, until a look says otherwise. A redirect that follows
    /// closely on a look which found the Internet is about that stream's peer alone.
    /// </summary>
    public void Redirected(in SsCause cause)
    {
        lock (_lock)
        {
            var now = runtime.Platform.Time;
            if (_disposed || _look is not null || Last is { Internet: SsInternet.CaptivePortal })
                return;
            if (_looked is { } looked && Last.Internet == SsInternet.Internet && now.GetElapsedTime(looked) < options.RecheckInterval)
                return;
        }

        Publish(new SsInternetReport { Internet = SsInternet.CaptivePortal, Cause = cause with { NextAction = SsNextAction.None, NextDelay = default }, Trigger = SsInternetTrigger.Evidence, Time = runtime.Platform.Time.GetUtcNow() });
        if (options.Automatic)
            TryLook(SsInternetTrigger.Evidence);
    }

    /// <summary>The context is disposed: no look begins, and who waits for one is let go.</summary>
    public void Dispose()
    {
        TaskCompletionSource<SsInternetReport>? look;
        lock (_lock)
        {
            _disposed = true;
            StopRecheckLocked();
            _bound?.Dispose();
            _bound = null;
            look = _look;
            _look = null;
            _probe = null;
        }

        _reports.End();
        look?.TrySetException(new ObjectDisposedException(nameof(SsContext), "The context was disposed while it was looked where the network leads."));
    }

    /// <summary>Looks if that can be; else says once why not.</summary>
    private Task<SsInternetReport>? TryLook(SsInternetTrigger trigger)
    {
        try
        {
            return Look(trigger);
        }
        catch (SsPolicyException error)
        {
            if (!_toldOfProblem)
                CaptivePortalLog.NotLookedFor(logger, error.Message);
            _toldOfProblem = true;
        }
        catch (ObjectDisposedException)
        {
            // There is nobody left to know it.
        }

        return null;
    }

    private void AfterLook()
    {
        lock (_lock)
        {
            if (!_again || _disposed)
                return;
            _again = false;
        }

        TryLook(SsInternetTrigger.NetworkChange);
    }

    private void ArmRecheckLocked(SsInternet internet)
    {
        if (options.Automatic && internet != SsInternet.Internet)
            _recheck = runtime.Platform.Time.CreateDetachedTimer(static state => ((CaptivePortalDetector)state!).TryLook(SsInternetTrigger.Recheck), this, options.RecheckInterval);
    }

    private void StopRecheckLocked()
    {
        _recheck?.Dispose();
        _recheck = null;
    }
}
