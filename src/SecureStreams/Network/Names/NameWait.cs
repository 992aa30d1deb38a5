using System.Net;

namespace SecureStreams.Network;

/// <summary>
/// One dial's wait for the addresses of a name (RFC 8305 section 3): it ends when there is enough to begin with, and what comes later goes to the race. One use.
/// </summary>
internal sealed class NameWait(NameLookup lookup, IPAddress? best, SsPlatform platform) : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock _lock = new();

    // Completed by the scheduler alone, as with the race.
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.None);
    private NameState _state;
    private CancellationToken _abandonedBy;
    private ITimer? _delay;
    private AddressRace? _race;
    private bool _decided;
    private bool _readyAtOnce;
    private bool _gone;

    /// <summary>What is known.</summary>
    public NameState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>The look-up.</summary>
    public NameLookup Lookup => lookup;

    /// <summary>Begins to wait.</summary>
    /// <returns>False when the look-up is one that will not answer.</returns>
    public bool TryJoin()
    {
        if (!lookup.TryJoin(this, out var state))
            return false;
        Told(state, atOnce: true);
        return true;
    }

    /// <summary>Waits until there is enough to begin with.</summary>
    /// <exception cref="OperationCanceledException">The token fired first; a resolver that does not heed its own is left behind.</exception>
    public async ValueTask<NameState> RunAsync(CancellationToken cancellationToken)
    {
        bool wait;
        lock (_lock)
            wait = !_readyAtOnce;
        if (wait)
        {
            using var abandon = cancellationToken.UnsafeRegister(static (wait, token) => ((NameWait)wait!).Abandon(token), this);
            await _enough.Task.ConfigureAwait(false);
        }

        return State;
    }

    /// <summary>Gives the race what it has, and what is still to come.</summary>
    public void FeedTo(AddressRace race)
    {
        NameState state;
        lock (_lock)
        {
            state = _state;
            _race = race;
        }

        Feed(race, state);
    }

    /// <summary>An answer has come.</summary>
    public void Told(NameState state) => Told(state, atOnce: false);

    /// <summary>Nobody waits any more. Not to be called under a lock.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _gone = true;
            _race = null;
            _delay?.Dispose();
            _delay = null;
        }

        lookup.Leave(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_abandonedBy.IsCancellationRequested)
            _enough.TrySetCanceled(_abandonedBy);
        else
            _enough.TrySetResult();
    }

    private void Told(NameState state, bool atOnce)
    {
        AddressRace? race;
        lock (_lock)
        {
            // Answers may overtake one another on their way here.
            if (_gone || _state.IsComplete || (_state.V6 is not null && state.V6 is null) || (_state.V4 is not null && state.V4 is null))
                return;
            _state = state;
            race = _race;
            if (!_decided)
            {
                if (state.IsEnough(waited: false, best))
                    DecideUnderLock(atOnce);
                else if (state.WaitsForBetter)
                    _delay ??= platform.Time.CreateTimer(static wait => ((NameWait)wait!).Waited(), this, NetworkDefaults.ResolutionDelay, Timeout.InfiniteTimeSpan);
            }
        }

        if (race is not null)
            Feed(race, state);
    }

    /// <summary>All that is known, what the race has already included. Never under the lock: the race may open sockets.</summary>
    private void Feed(AddressRace race, NameState state)
    {
        var addresses = state.Addresses;
        race.Add(best is not null && addresses.Contains(best) ? HostNames.Interleave([best, .. addresses]) : addresses, more: !state.IsComplete);
    }

    private void Waited()
    {
        lock (_lock)
        {
            if (!_decided && !_gone && _state.IsEnough(waited: true, best))
                DecideUnderLock(atOnce: false);
        }
    }

    private void Abandon(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_decided)
                return;
            _abandonedBy = cancellationToken;
            DecideUnderLock(atOnce: false);
        }
    }

    private void DecideUnderLock(bool atOnce)
    {
        _decided = true;
        _delay?.Dispose();
        _delay = null;
        _readyAtOnce = atOnce;
        if (!atOnce)
            platform.Scheduler.Schedule(this);
    }
}
