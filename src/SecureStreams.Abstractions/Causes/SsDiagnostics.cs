using System.Collections.Immutable;

namespace SecureStreams;

/// <summary>The last failures of a context, for operators: look one up by id, read the recent ones, or subscribe. Safe from any thread.</summary>
public sealed class SsDiagnostics
{
    /// <summary>How many details are kept at most; the oldest goes first.</summary>
    public const int Capacity = 1024;

    /// <summary>How many characters of <see cref="SsDetail.PeerText"/> are kept at most, in all details together: 4 Mi. The oldest details go first.</summary>
    public const int PeerTextCapacity = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<SsDetail> _recent = new();
    private ImmutableArray<Action<SsDetail>> _subscribers = [];
    private long _lastId;
    private long _peerText;

    /// <summary>An exception that a subscriber threw last, or null. The subscriber stays subscribed.</summary>
    public Exception? LastSubscriberError { get; private set; }

    /// <summary>The next id for an <see cref="SsDetail"/>. For implementations of the API.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>The details still kept, oldest first.</summary>
    public IReadOnlyList<SsDetail> Recent()
    {
        lock (_lock)
            return [.. _recent];
    }

    /// <summary>The detail a cause refers to, or null when it is no longer kept (or <paramref name="detailId"/> is 0).</summary>
    /// <param name="detailId">A <see cref="SsCause.DetailId"/> of this context.</param>
    public SsDetail? Find(long detailId)
    {
        lock (_lock)
            return _recent.FirstOrDefault(detail => detail.Id == detailId);
    }

    /// <summary>Calls <paramref name="observer"/> for every detail from now on until the result is disposed.</summary>
    /// <param name="observer">Called on the thread that reports, often a stream's mailbox, and by several at a time: return quickly and do not wait. What it throws is kept in <see cref="LastSubscriberError"/>.</param>
    /// <returns>Ends the subscription when disposed; a call under way is not waited for.</returns>
    public IDisposable Subscribe(Action<SsDetail> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ImmutableInterlocked.Update(ref _subscribers, static (all, one) => all.Add(one), observer);
        return new Subscription(this, observer);
    }

    /// <summary>Keeps <paramref name="detail"/> and tells the subscribers. For implementations of the API.</summary>
    /// <param name="detail">Kept as it is, until newer ones push it out.</param>
    public void Publish(SsDetail detail)
    {
        ArgumentNullException.ThrowIfNull(detail);
        lock (_lock)
        {
            _recent.Enqueue(detail);
            _peerText += detail.PeerText?.Length ?? 0;
            while (_recent.Count > Capacity || (_peerText > PeerTextCapacity && _recent.Count > 1))
                _peerText -= _recent.Dequeue().PeerText?.Length ?? 0;
        }

        foreach (var subscriber in _subscribers)
        {
            try
            {
                subscriber(detail);
            }
            catch (Exception error)
            {
                // An observer must not be able to disturb the stream it observes; its error stays visible here.
                LastSubscriberError = error;
            }
        }
    }

    private sealed class Subscription(SsDiagnostics owner, Action<SsDetail> observer) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            // Once: another subscription of the same observer must not go with a second call.
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                ImmutableInterlocked.Update(ref owner._subscribers, static (all, one) => all.Remove(one), observer);
        }
    }
}
