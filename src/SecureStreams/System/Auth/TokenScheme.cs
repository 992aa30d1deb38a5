using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <summary>
/// The token of one scheme, for all streams of a context that use it: fetched once for any number that wait, renewed before it ends, and again when a peer refuses it. Safe from
/// any thread; nobody is called under its lock. How a fetch ends is in <c>TokenScheme.Fetching.cs</c>.
/// </summary>
/// <remarks>
/// Whether a token is good is asked of two clocks: its blob ends by the time of day, which may jump, and this counts elapsed time beside it, which may stand still while the
/// machine sleeps. It is good only where both say so.
/// </remarks>
internal sealed partial class TokenScheme
{
    private readonly Lock _lock = new();
    private readonly TokenKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly List<ITokenWaiter> _waiters = [];

    // The token, as far as it was seen; 0 for none yet. Each has another number.
    private long _serial;
    private bool _has;
    private DateTimeOffset? _expires;
    private long? _goodUntil;
    private DateTimeOffset? _renewAt;
    private bool _isUsed;

    // A peer has refused it, and another is on its way.
    private bool _isRefused;
    private long _enforcedFor;
    private int _enforced;
    private long? _enforceAgain;
    private bool _isRetired;

    public TokenScheme(TokenKeeper keeper, TokenSettings settings, TimeProvider time)
    {
        _keeper = keeper;
        _time = time;
        Settings = settings;
    }

    public TokenSettings Settings { get; }

    /// <summary>The method of the streamtype that fetches the token, as the policy in force has it; null when it is gone.</summary>
    public string? FetcherMethod => _keeper.Find(Settings.StreamType)?.Http?.Method;

    /// <summary>Whether it is no scheme of the policy any more.</summary>
    public bool IsRetired
    {
        get
        {
            lock (_lock)
                return _isRetired;
        }
    }

    /// <summary>Whether there is a token, or the newest try to get one has failed.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock)
                return IsGood() || _failure is not null;
        }
    }

    /// <summary>Why the stream that fetches the token has not got one yet; null when nothing is known.</summary>
    public TransportFailure? LastFailure
    {
        get
        {
            lock (_lock)
                return _fetch?.LastFailure ?? _failure;
        }
    }

    /// <summary>How things stand for somebody who is about to use the token.</summary>
    /// <param name="waiter">Told when the wait is over, where it has to wait.</param>
    /// <param name="not">The number of a token that is of no use; 0 for none.</param>
    public TokenLook Look(ITokenWaiter? waiter, long not = 0)
    {
        bool needsLook;
        lock (_lock)
            needsLook = !_isRetired && !IsGood();

        // Another process may have renewed it, or an earlier run of this one. A store that fails is the transport's to report, which reads the value.
        if (needsLook)
            Adopt();

        TokenFetch? begun = null;
        TokenLook look;
        lock (_lock)
        {
            if (_isRetired)
                return _keeper.IsDisposed ? new TokenLook(TokenStand.Awaited, 0, null) : new TokenLook(TokenStand.Failed, 0, TokenFailures.SchemeChanged(Settings));
            _isUsed = true;
            if (IsGood() && !_isRefused && _serial != not)
            {
                // Where time has jumped, the timer of the renewal is late.
                if (_renewAt is { } due && due <= _time.GetUtcNow())
                    begun = WantLocked();
                look = new TokenLook(TokenStand.Ready, _serial, null);
            }
            else if (_fetch is null && HeldFor() is not null)
            {
                look = new TokenLook(TokenStand.Failed, 0, _failure! with { IsAuth = true });
            }
            else
            {
                begun = WantLocked();
                if (waiter is not null)
                    _waiters.Add(waiter);
                look = new TokenLook(TokenStand.Awaited, 0, null);
            }
        }

        begun?.Begin();
        return look;
    }

    /// <summary>Waits no more.</summary>
    public void Forget(ITokenWaiter waiter)
    {
        lock (_lock)
            _waiters.Remove(waiter);
    }

    /// <summary>The blob was not there although it should have been: what is remembered of it is wrong.</summary>
    public void Missed(long serial)
    {
        lock (_lock)
            _has &= serial != _serial;
    }

    /// <summary>A peer takes the token.</summary>
    public void Accepted(long serial)
    {
        lock (_lock)
        {
            if (serial == _serial)
                _enforced = 0;
        }
    }

    /// <summary>A peer refuses a token: another is fetched, once for each token and not too often.</summary>
    /// <returns>Whether it is worth waiting for another, or another is there already.</returns>
    public bool Refused(long serial)
    {
        TokenFetch? begun;
        lock (_lock)
        {
            if (_isRetired)
                return false;
            if (serial != _serial || _isRefused)
                return true;
            var now = _time.GetTimestamp();
            if (_enforcedFor == serial || now < _enforceAgain || (_fetch is null && HeldFor() is not null))
                return false;
            _enforcedFor = serial;
            _enforceAgain = now + Ticks(Doubled(TokenDefaults.FirstEnforcedGap, TokenDefaults.LongestEnforcedGap, ++_enforced));
            _isRefused = true;
            begun = WantLocked();
        }

        TokenLog.Refused(_keeper.Logger, Settings.Scheme);
        begun?.Begin();
        return true;
    }

    /// <summary>A blob has changed, by other hands than these.</summary>
    public void BlobChanged(string name)
    {
        if (name == Settings.Blob && _keeper.IsWriting != this)
        {
            lock (_lock)
                (_has, _goodUntil) = (false, null);
            Adopt();
            TellWaiters(static scheme => scheme.IsGood() && !scheme._isRefused);
        }
        else if (name == Settings.RootBlob && _keeper.IsWriting is null)
        {
            Reconsider();
        }
    }

    /// <summary>Something was mended, perhaps: what failed may be tried again at once.</summary>
    public void Reconsider()
    {
        lock (_lock)
            (_holdUntil, _failures) = (null, 0);
    }

    /// <summary>The policy has it no more: whoever waits is told, and what is under way ends.</summary>
    public void Retire()
    {
        TokenFetch? fetch;
        lock (_lock)
        {
            _isRetired = true;
            (fetch, _fetch) = (_fetch, null);
            StopTimers();
        }

        fetch?.Abandon();
        TellWaiters(static _ => true);
    }

    private bool IsGood() => _has && !(_expires <= _time.GetUtcNow()) && !(_goodUntil <= _time.GetTimestamp());

    /// <summary>Takes the token that the store has, unless it is the one that is known.</summary>
    private void Adopt()
    {
        bool has;
        DateTimeOffset? expires;
        try
        {
            using var blob = _keeper.Blobs.Read(Settings.Blob);
            (has, expires) = (blob is not null, blob?.Expires);
        }
        catch (Exception error)
        {
            // A store may be the program's own. Whoever sends the token reads it again, and says what is wrong.
            TokenLog.NotRead(_keeper.Logger, error, Settings.Blob);
            (has, expires) = (true, null);
        }

        lock (_lock)
        {
            // By elapsed time it has ended, whatever a clock that was set back makes of it.
            if (!has || (_serial != 0 && expires == _expires && _goodUntil <= _time.GetTimestamp()))
            {
                _has = false;
                return;
            }

            if (_has)
                return;
            (_has, _expires, _goodUntil, _isRefused) = (true, expires, null, false);
            _serial++;
            if (expires is not { } end || end - _time.GetUtcNow() is not { Ticks: > 0 } left)
                return;

            // Else a clock that is set back would make one from an earlier run good for as much longer.
            _goodUntil = _time.GetTimestamp() + Ticks(left < TokenDefaults.LongestLife ? left : TokenDefaults.LongestLife);
            RenewLocked(left);
        }
    }

    private static TimeSpan Doubled(TimeSpan first, TimeSpan most, int times) => first * Math.Pow(2, Math.Min(times - 1, 20)) is var due && due < most ? due : most;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Until(long timestamp) => _time.GetElapsedTime(_time.GetTimestamp(), timestamp);
}
