using System.Collections.Concurrent;
using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What a context gives its listeners.</summary>
public sealed partial class LocalContext
{
    private readonly ConcurrentDictionary<SsListener, bool> _listeners = new();

    /// <summary>The settings it was made with.</summary>
    internal SsContextOptions Options => _options;

    /// <summary>What its streams have in common.</summary>
    internal StreamRuntime Runtime => _runtime;

    /// <summary>The policy in force for a streamtype; null when it has none any more.</summary>
    internal StreamTypePolicy? FindPolicy(string streamType) => _policy.Find(streamType);

    /// <summary>The books of one listener, of streamtype <paramref name="streamType"/>.</summary>
    internal AcceptedStreams NewAcceptedStreams(string streamType) => new(_runtime, streamType, MakeAccepted);

    /// <summary>Has a listener end with the context. One that ends before calls <see cref="Forget"/>.</summary>
    /// <returns>Whether the context is there to end it; a listener of one that is disposed ends at once.</returns>
    internal bool TryAdd(SsListener listener)
    {
        _listeners.TryAdd(listener, true);

        // Again, now that it can be seen: either this sees the disposal, or the disposal sees the listener.
        if (Volatile.Read(ref _disposed) == 0)
            return true;
        _listeners.TryRemove(listener, out _);
        return false;
    }

    /// <summary>The listener has ended.</summary>
    internal void Forget(SsListener listener) => _listeners.TryRemove(listener, out _);

    /// <summary>The listeners of a streamtype that have not ended.</summary>
    internal IEnumerable<SsListener> ListenersOf(string streamType) => _listeners.Keys.Where(one => one.StreamType == streamType);

    private Task EndListenersAsync() => Task.WhenAll(_listeners.Keys.Select(static listener => listener.DisposeAsync().AsTask()));

    /// <summary>A stream for a listener to accept, seen by the context from now on; null when the context is disposed.</summary>
    private LocalStream? MakeAccepted(StreamRuntime runtime, StreamTypePolicy policy)
    {
        var stream = new LocalStream(runtime, policy, SecureStreamHandler.Idle, Interlocked.Increment(ref _lastStreamId), null);
        _streams.TryAdd(stream, true);
        if (Volatile.Read(ref _disposed) == 0)
            return stream;
        stream.Abandon();
        return null;
    }
}
