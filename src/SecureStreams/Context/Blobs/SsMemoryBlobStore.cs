namespace SecureStreams;

/// <summary>Blobs in memory, gone with the process. A value that is replaced, removed or found expired is cleared.</summary>
public sealed class SsMemoryBlobStore : ISsBlobStore, IDisposable
{
    private readonly Dictionary<string, SsBlob> _blobs = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly BlobObservers _observers = new();
    private readonly TimeProvider _time;

    /// <summary>Makes an empty one.</summary>
    /// <param name="time">What expiry is measured by; the system's clock when null.</param>
    public SsMemoryBlobStore(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public SsBlob? Read(string name)
    {
        SsBlobNames.Check(name);
        lock (_lock)
            return FindLocked(name) is { } blob ? new SsBlob(blob.Span, blob.Expires) : null;
    }

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<byte> value, DateTimeOffset? expires = null)
    {
        SsBlobNames.Check(name);
        var blob = new SsBlob(value, expires);
        lock (_lock)
        {
            RemoveLocked(name);
            _blobs.Add(name, blob);
        }

        _observers.Tell(name);
    }

    /// <inheritdoc/>
    public bool Remove(string name)
    {
        SsBlobNames.Check(name);
        bool removed;
        lock (_lock)
            removed = FindLocked(name) is not null && RemoveLocked(name);
        if (removed)
            _observers.Tell(name);
        return removed;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListNames()
    {
        lock (_lock)
            return [.. _blobs.Keys.ToArray().Where(name => FindLocked(name) is not null).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> changed) => _observers.Add(changed);

    /// <summary>Clears all values; nobody is told. The store is empty then and may go on being used.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var blob in _blobs.Values)
                blob.Dispose();
            _blobs.Clear();
        }
    }

    /// <summary>Tells names only.</summary>
    public override string ToString() => $"blobs in memory: {string.Join(", ", ListNames())}";

    private SsBlob? FindLocked(string name)
    {
        if (!_blobs.TryGetValue(name, out var blob))
            return null;
        if (blob.Expires is not { } expires || expires > _time.GetUtcNow())
            return blob;
        RemoveLocked(name);
        return null;
    }

    private bool RemoveLocked(string name)
    {
        if (!_blobs.Remove(name, out var blob))
            return false;
        blob.Dispose();
        return true;
    }
}
