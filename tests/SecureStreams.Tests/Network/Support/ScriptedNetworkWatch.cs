using SecureStreams.Network;

namespace SecureStreams.Tests.Network.Support;

/// <summary>A machine that changes its network when the test says so.</summary>
internal sealed class ScriptedNetworkWatch : SsNetworkWatch
{
    private readonly List<Action> _subscribers = [];
    private long _changes;

    public override long Changes => Volatile.Read(ref _changes);

    public int Subscribers => _subscribers.Count;

    public override IDisposable Subscribe(Action changed)
    {
        _subscribers.Add(changed);
        return new Subscription(() => _subscribers.Remove(changed));
    }

    public void Change()
    {
        Interlocked.Increment(ref _changes);
        foreach (var subscriber in _subscribers.ToArray())
            subscriber();
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
