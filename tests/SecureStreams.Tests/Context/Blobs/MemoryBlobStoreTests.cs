using Xunit;

namespace SecureStreams.Tests.Context.Blobs;

public sealed class MemoryBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly SsMemoryBlobStore _store;

    public MemoryBlobStoreTests() => _store = new SsMemoryBlobStore(Clock);

    private protected override ISsBlobStore Store => _store;

    [Fact]
    public void Disposed_it_is_empty_and_may_go_on()
    {
        _store.Write("a", "1"u8);
        _store.Dispose();
        Assert.Empty(_store.ListNames());
        _store.Write("a", "2"u8);
        Assert.Equal("2", Text("a"));
        Assert.Equal("blobs in memory: a", _store.ToString());
    }

    public void Dispose() => _store.Dispose();
}
