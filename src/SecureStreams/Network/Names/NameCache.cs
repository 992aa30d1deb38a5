using System.Net;

namespace SecureStreams.Network;

/// <summary>
/// What the dials of a context know of names: look-ups under way, answers of the last <see cref="NetworkDefaults.NameLifetime"/>, and which address of a name was good the
/// last time. All of it is forgotten when this machine changes its network. Failures are not remembered. Safe from any thread.
/// </summary>
internal sealed class NameCache(SsPlatform platform)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Host, AddressChoice Choice), NameLookup> _lookups = [];
    private readonly Dictionary<(string Host, AddressChoice Choice), IPAddress> _best = [];
    private long _changes = -1;

    /// <summary>Begins to wait for the addresses of a name, with whoever else does.</summary>
    /// <param name="host">The name.</param>
    /// <param name="choice">Which addresses.</param>
    public NameWait Wait(string host, AddressChoice choice)
    {
        while (true)
        {
            var lookup = Look(host, choice, out var best);
            var wait = new NameWait(lookup, best, platform);
            if (wait.TryJoin())
                return wait;
            Forget(lookup);
        }
    }

    private NameLookup Look(string host, AddressChoice choice, out IPAddress? best)
    {
        // Letter case means nothing to a name; the resolver still gets it as it is. A dot at its end does: it keeps the resolver from trying its own domains.
        var key = KeyOf(host, choice);
        NameLookup lookup;
        lock (_lock)
        {
            FollowNetworkUnderLock();
            _best.TryGetValue(key, out best);
            if (_lookups.TryGetValue(key, out var known) && IsGoodUnderLock(known))
                return known;
            if (_lookups.Count >= NetworkDefaults.MaxNames)
                MakeRoomUnderLock();
            lookup = new NameLookup(host, choice, this, platform.Names) { Network = _changes, Answered = platform.Time.GetTimestamp() };
            _lookups[key] = lookup;
        }

        lookup.Begin();
        return lookup;
    }

    /// <summary>An answer is complete: it is kept if it is one.</summary>
    public void Answered(NameLookup lookup, NameState state)
    {
        lock (_lock)
        {
            lookup.Answered = platform.Time.GetTimestamp();

            // A family whose resolver failed is worth another look, even if the other has answered.
            if (state.Addresses.Count == 0 || state.IsPartial)
                ForgetUnderLock(lookup);
        }
    }

    /// <summary>What is known of it is of no use: nobody waits for it any more, or none of its addresses answered.</summary>
    public void Forget(NameLookup lookup)
    {
        lock (_lock)
            ForgetUnderLock(lookup);
    }

    /// <summary>An address has been reached: the next dial begins with it.</summary>
    public void Reached(NameLookup lookup, IPAddress address)
    {
        lock (_lock)
        {
            FollowNetworkUnderLock();

            // A dial that began in another network says nothing about this one.
            if (lookup.Network != _changes)
                return;
            if (_best.Count >= NetworkDefaults.MaxNames)
                _best.Clear();
            _best[KeyOf(lookup.Host, lookup.Choice)] = address;
        }
    }

    private static (string, AddressChoice) KeyOf(string host, AddressChoice choice) => (host.ToUpperInvariant(), choice);

    private bool IsGoodUnderLock(NameLookup lookup) =>
        !lookup.State.IsComplete || platform.Time.GetElapsedTime(lookup.Answered) < NetworkDefaults.NameLifetime;

    private void ForgetUnderLock(NameLookup lookup)
    {
        var key = KeyOf(lookup.Host, lookup.Choice);
        if (_lookups.TryGetValue(key, out var known) && known == lookup)
            _lookups.Remove(key);
    }

    private void FollowNetworkUnderLock()
    {
        var changes = platform.NetworkWatch.Changes;
        if (changes == _changes)
            return;
        _changes = changes;

        // Dials under way keep what they wait for; it is not remembered any more.
        _lookups.Clear();
        _best.Clear();
    }

    // Those that are too old, or else the one that was answered first. Those under way are waited for by somebody, and bounded by that.
    private void MakeRoomUnderLock()
    {
        var answered = _lookups.Where(static one => one.Value.State.IsComplete).OrderBy(static one => one.Value.Answered).ToList();
        for (var i = 0; i < answered.Count && (i == 0 || !IsGoodUnderLock(answered[i].Value)); i++)
            _lookups.Remove(answered[i].Key);
    }
}
