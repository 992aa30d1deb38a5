using SecureStreams.Core;
using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <remarks>Fetching: when it begins, how it ends, and what waits for that.</remarks>
internal sealed partial class TokenScheme
{
    private TokenFetch? _fetch;
    private long? _begunAt;
    private TransportFailure? _failure;
    private int _failures;
    private long? _holdUntil;
    private ITimer? _beginTimer;
    private ITimer? _renewTimer;

    /// <summary>Writes the token that was fetched.</summary>
    public void Store(ReadOnlySpan<byte> token, DateTimeOffset expires)
    {
        if (IsRetired)
            return;
        _keeper.IsWriting = this;
        try
        {
            _keeper.Blobs.Write(Settings.Blob, token, expires);
        }
        finally
        {
            _keeper.IsWriting = null;
        }
    }

    /// <summary>The token was fetched and stands in its blob.</summary>
    /// <param name="fetch">Who fetched it.</param>
    /// <param name="asked">When it was asked for: its life counts from no later.</param>
    /// <param name="askedAt">The same by the time of day.</param>
    /// <param name="life">How long it is good.</param>
    public void Fetched(TokenFetch fetch, long asked, DateTimeOffset askedAt, TimeSpan life)
    {
        lock (_lock)
        {
            if (_fetch != fetch)
                return;
            _fetch = null;
            (_failure, _failures, _holdUntil) = (null, 0, null);
            (_has, _expires, _goodUntil, _isRefused) = (true, askedAt + life, asked + Ticks(life), false);
            _serial++;
            _isUsed = _waiters.Count > 0;
            RenewLocked(life - _time.GetElapsedTime(asked));
        }

        TokenLog.Fetched(_keeper.Logger, Settings.Scheme, Settings.StreamType, life);
        _keeper.Instruments.TokenFetched(Settings.Scheme, null);
        TellWaiters(static _ => true);
    }

    /// <summary>There is no token, and no attempt follows by itself.</summary>
    /// <param name="fetch">Who tried.</param>
    /// <param name="failure">Why.</param>
    /// <param name="isRefused">Whether a server was reached, and gave none.</param>
    public void NotFetched(TokenFetch fetch, TransportFailure failure, bool isRefused)
    {
        TimeSpan hold;
        lock (_lock)
        {
            if (_fetch != fetch)
                return;
            _fetch = null;
            _failure = failure;
            _failures++;
            hold = isRefused
                ? Doubled(TokenDefaults.FirstRefusedHold, TokenDefaults.LongestRefusedHold, _failures)
                : Doubled(TokenDefaults.FirstHold, TokenDefaults.LongestHold, _failures);
            hold += hold * (_keeper.Random.NextDouble() / 5);
            _holdUntil = _time.GetTimestamp() + Ticks(hold);

            // One that is still good goes back to work, also where a peer has refused it: others may take it.
            _isRefused = false;
            if (IsGood())
                ArmRenewal(hold);
        }

        TokenLog.NotFetched(_keeper.Logger, Settings.Scheme, Settings.StreamType, hold, failure.Message);
        _keeper.Instruments.TokenFetched(Settings.Scheme, failure.Code);
        TellWaiters(static _ => true);
    }

    /// <summary>Wants a token: one fetch for all who do.</summary>
    /// <returns>The fetch, to be begun by the caller outside the lock; null when it is under way, or has to wait for its time.</returns>
    private TokenFetch? WantLocked()
    {
        if (_fetch is not null)
            return null;
        _renewAt = null;
        _fetch = _keeper.NewFetch(this);
        if (_begunAt is { } last && _time.GetElapsedTime(last) is var since && since < TokenDefaults.ShortestGap)
        {
            _beginTimer?.Dispose();
            _beginTimer = _time.CreateDetachedTimer(static state => ((TokenScheme)state!).BeginLate(), this, TokenDefaults.ShortestGap - since);
            return null;
        }

        _begunAt = _time.GetTimestamp();
        return _fetch;
    }

    private void BeginLate()
    {
        TokenFetch? fetch;
        lock (_lock)
        {
            if (_beginTimer is null)
                return;
            _beginTimer.Dispose();
            _beginTimer = null;
            fetch = _fetch;
            _begunAt = _time.GetTimestamp();
        }

        fetch?.Begin();
    }

    /// <summary>How long no fetch may begin; null when one may.</summary>
    private TimeSpan? HeldFor() => _failure is not null && _holdUntil is { } until && Until(until) is { Ticks: > 0 } left ? left : null;

    private void RenewLocked(TimeSpan left)
    {
        var after = TokenSettings.RenewAfter(_keeper.AuthOf(Settings), left, _keeper.Random.NextDouble());
        ArmRenewal(after > TimeSpan.Zero ? after : TimeSpan.Zero);
    }

    private void ArmRenewal(TimeSpan after)
    {
        _renewAt = _time.GetUtcNow() + after;
        _renewTimer?.Dispose();

        // What an earlier run stored may end far away; the timer looks again.
        _renewTimer = _time.CreateDetachedTimer(static state => ((TokenScheme)state!).RenewalIsDue(), this, after < TokenDefaults.LongestLife ? after : TokenDefaults.LongestLife);
    }

    /// <summary>Renews the token while somebody uses it. Else it may end: whoever needs one again asks for it.</summary>
    private void RenewalIsDue()
    {
        var isUsed = _keeper.IsUsed(Settings);
        TokenFetch? begun = null;
        lock (_lock)
        {
            if (_isRetired || _renewTimer is null)
                return;
            _renewTimer.Dispose();
            _renewTimer = null;
            if ((isUsed || _isUsed) && IsGood() && HeldFor() is null)
                begun = WantLocked();
        }

        begun?.Begin();
    }

    private void StopTimers()
    {
        _beginTimer?.Dispose();
        _renewTimer?.Dispose();
        (_beginTimer, _renewTimer) = (null, null);
    }

    private void TellWaiters(Func<TokenScheme, bool> when)
    {
        if (_keeper.IsDisposed)
            return;
        ITokenWaiter[] waiters;
        lock (_lock)
        {
            if (!when(this))
                return;
            waiters = [.. _waiters];
            _waiters.Clear();
        }

        foreach (var waiter in waiters)
            waiter.TokenSettled();
        _keeper.TellSettled();
    }
}
