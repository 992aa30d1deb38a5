namespace SecureStreams;

/// <summary>
/// Secrets and facts that policies refer to by name, so that they stand in no policy: tokens, keys, certificates, the serial number of a device. Names are told to
/// operators, values never.
/// </summary>
/// <remarks>
/// Safe from any thread. A context reads it whenever it needs a value, on the mailbox of the stream that needs it, so that <see cref="Read"/> must answer at once; what
/// comes from far away is fetched beforehand and kept. An implementation of a program's own (a key ring, an enclave) throws <see cref="SsBlobException"/> where it fails.
/// </remarks>
public interface ISsBlobStore
{
    /// <summary>A copy of a value.</summary>
    /// <param name="name">A name as <see cref="SsBlobNames.Check"/> takes it.</param>
    /// <returns>The copy, which the caller owns and disposes, which clears it; null when there is none, or when it has expired.</returns>
    /// <exception cref="ArgumentException">The name has not the form of one.</exception>
    /// <exception cref="SsBlobException">The store cannot be read, or what it holds must not be trusted.</exception>
    SsBlob? Read(string name);

    /// <summary>Sets a value, or replaces it: whoever reads meanwhile gets the old one or the new one, whole, with the expiry that belongs to it.</summary>
    /// <param name="name">A name as <see cref="SsBlobNames.Check"/> takes it.</param>
    /// <param name="value">At most <see cref="SsBlob.LargestBytes"/> bytes; none is a value too. Copied; the caller clears its own.</param>
    /// <param name="expires">From when on there is no such value any more; null for never. A time that has passed is allowed: there is no value then.</param>
    /// <exception cref="ArgumentException">The name has not the form of one, or the value is too long.</exception>
    /// <exception cref="SsBlobException">It cannot be stored; what was stored before stays.</exception>
    void Write(string name, ReadOnlySpan<byte> value, DateTimeOffset? expires = null);

    /// <summary>Removes a value.</summary>
    /// <param name="name">A name as <see cref="SsBlobNames.Check"/> takes it.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ArgumentException">The name has not the form of one.</exception>
    /// <exception cref="SsBlobException">It cannot be removed.</exception>
    bool Remove(string name);

    /// <summary>The names that have a value now, in ordinal order; never the values.</summary>
    /// <exception cref="SsBlobException">The store cannot be read.</exception>
    IReadOnlyList<string> ListNames();

    /// <summary>
    /// Tells when a value was set or removed through this object. Not told: that one expired, and what other processes or objects do; they are seen by the next
    /// <see cref="Read"/>.
    /// </summary>
    /// <param name="changed">
    /// Given the name, after the change, on the thread that made it, under no lock: it may call the store. It should not throw; if it does, the others are told all the
    /// same, and who made the change gets an <see cref="AggregateException"/>.
    /// </param>
    /// <returns>Ends the subscription when it is disposed; a call under way on another thread may still come to its end.</returns>
    IDisposable Subscribe(Action<string> changed);
}
