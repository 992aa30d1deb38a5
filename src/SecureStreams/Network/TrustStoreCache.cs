using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>Parsed trust stores by value: every streamtype and every policy version that means the same certificates shares one.</summary>
internal sealed class TrustStoreCache : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TrustStorePolicy, TrustAnchors> _stores = [];
    private bool _disposed;

    public TrustAnchors Get(TrustStorePolicy store)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_stores.TryGetValue(store, out var known))
                return known;

            // A handshake may be using any of them, so what is forgotten here is left to the finalizers of its certificates.
            if (_stores.Count >= NetworkDefaults.MaxTrustStores)
                _stores.Clear();
            var parsed = new TrustAnchors(store);
            _stores.Add(store, parsed);
            return parsed;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var store in _stores.Values)
                store.Dispose();
            _stores.Clear();
        }
    }
}
