namespace SecureStreams;

/// <summary>What is done with all accepted streams of a listener.</summary>
public static class SsListenerFacades
{
    /// <summary>How much of broadcasts may wait for one stream where the caller does not say.</summary>
    public const int DefaultMaxQueuedBytes = 1024 * 1024;

    /// <summary>
    /// Sends a message to every accepted stream, each at the pace of its own peer: it goes whole, behind what was sent to the stream before, and one that is slow holds up no other. A stream that
    /// is not connected yet gets it once it is. Nothing is waited for, so that it may be called anywhere, callbacks of the streams included. Streams that carry one request and its answer (h1, h2)
    /// are left out: each of them is answered for itself.
    /// </summary>
    /// <param name="listener">The listener.</param>
    /// <param name="message">The message, copied once for all streams.</param>
    /// <param name="maxQueuedBytes">
    /// How many bytes of broadcasts may wait for a stream before it misses this one, 1 MiB if not said. A message that is longer goes where nothing waits.
    /// </param>
    /// <returns>
    /// The streams that miss the message, because too much waits for them, or because they are used as a pipe or <see cref="Stream"/>. They go on with the next one that finds room: whoever must
    /// not miss any is to be disconnected. Empty as a rule.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxQueuedBytes"/> is negative.</exception>
    public static IReadOnlyCollection<SecureStream> Broadcast(this SsListener listener, ReadOnlyMemory<byte> message, int maxQueuedBytes = DefaultMaxQueuedBytes)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentOutOfRangeException.ThrowIfNegative(maxQueuedBytes);
        ReadOnlyMemory<byte>? copy = null;
        List<SecureStream>? missed = null;
        foreach (var stream in listener.Streams)
        {
            if (stream.Traits.IsTransactional)
                continue;
            copy ??= message.ToArray();
            if (!stream.Facade.TryBroadcast(copy.Value, maxQueuedBytes))
                (missed ??= []).Add(stream);
        }

        return missed ?? (IReadOnlyCollection<SecureStream>)[];
    }
}
