using System.Collections.Immutable;

namespace SecureStreams;

/// <summary>Who wants to know of changes. Nothing is called under a lock.</summary>
internal sealed class BlobObservers
{
    private ImmutableArray<Subscription> _all = [];

    public IDisposable Add(Action<string> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        var subscription = new Subscription(this, changed);
        ImmutableInterlocked.Update(ref _all, static (all, one) => all.Add(one), subscription);
        return subscription;
    }

    /// <summary>Tells all, whatever one of them throws; that comes out afterwards.</summary>
    public void Tell(string name)
    {
        List<Exception>? errors = null;
        foreach (var subscription in ImmutableInterlocked.InterlockedCompareExchange(ref _all, [], []))
        {
            try
            {
                subscription.Changed(name);
            }
            catch (Exception error)
            {
                (errors ??= []).Add(error);
            }
        }

        if (errors is not null)
            throw new AggregateException($"Blob '{name}' has changed; who subscribed to that failed.", errors);
    }

    private sealed class Subscription(BlobObservers owner, Action<string> changed) : IDisposable
    {
        public Action<string> Changed => changed;

        public void Dispose() => ImmutableInterlocked.Update(ref owner._all, static (all, one) => all.Remove(one), this);
    }
}
