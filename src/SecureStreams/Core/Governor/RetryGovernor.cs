using System.Collections.Concurrent;
using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>
/// Keeps the streams of a context from storming a peer that fails: retries, and first attempts while the peer is known to fail, draw from one budget for each failure
/// domain. Attempts to a peer that is well are not governed.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="budget">The budget of the policy in force.</param>
internal sealed class RetryGovernor(TimeProvider time, Func<GovernorPolicy> budget)
{
    /// <summary>How many domains are kept before those that hold nothing are forgotten.</summary>
    public const int MaxDomains = 1024;

    private readonly ConcurrentDictionary<FailureDomainKey, FailureDomain> _domains = new();

    /// <summary>The domain of <paramref name="key"/>.</summary>
    public FailureDomain DomainOf(in FailureDomainKey key)
    {
        while (true)
        {
            if (!_domains.TryGetValue(key, out var domain))
            {
                if (_domains.Count >= MaxDomains)
                    Forget();
                domain = _domains.GetOrAdd(key, static (_, governor) => governor.NewDomain(), this);
            }

            if (!domain.IsRetired)
                return domain;
            _domains.TryRemove(new KeyValuePair<FailureDomainKey, FailureDomain>(key, domain));
        }
    }

    /// <summary>The budget may be another now.</summary>
    public void Reconsider()
    {
        foreach (var (_, domain) in _domains)
            domain.Reconsider();
    }

    private FailureDomain NewDomain() => new(time, budget);

    private void Forget()
    {
        foreach (var entry in _domains)
        {
            if (entry.Value.TryRetire())
                _domains.TryRemove(entry);
        }
    }
}
