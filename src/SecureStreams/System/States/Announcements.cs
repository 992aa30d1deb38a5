using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace SecureStreams.States;

/// <summary>The latest of something, told to whoever watches. Watchers never hold up who tells, and never lose the newest. Safe from any thread.</summary>
/// <param name="first">What holds at first.</param>
internal sealed class Announcements<T>(T first)
{
    /// <summary>How many a slow watcher has waiting at most; the oldest goes first.</summary>
    public const int Capacity = 16;

    private readonly Lock _lock = new();
    private readonly HashSet<Channel<T>> _watchers = [];
    private T _current = first;
    private bool _over;

    /// <summary>The latest.</summary>
    public T Current
    {
        get
        {
            lock (_lock)
                return _current;
        }
    }

    /// <summary>Tells it, unless the end has been told.</summary>
    /// <param name="next">What holds from now on.</param>
    /// <param name="last">Whether nothing follows.</param>
    public bool Tell(T next, bool last = false)
    {
        lock (_lock)
        {
            if (_over)
                return false;
            _current = next;
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(next); // Never refused: the oldest makes room.
        }

        if (last)
            End();
        return true;
    }

    /// <summary>Nothing follows.</summary>
    public void End()
    {
        lock (_lock)
        {
            _over = true;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
        }
    }

    /// <summary>The latest, and everything after it.</summary>
    public async IAsyncEnumerable<T> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Continuations never run inline: a watcher's code must not run where something is told.
        var watcher = Channel.CreateBounded<T>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            watcher.Writer.TryWrite(_current);
            _watchers.Add(watcher);
            if (_over)
                watcher.Writer.TryComplete();
        }

        try
        {
            await foreach (var one in watcher.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return one;
        }
        finally
        {
            lock (_lock)
                _watchers.Remove(watcher);
        }
    }
}
