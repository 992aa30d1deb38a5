using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

public class TrustStoreTests
{
    [Fact]
    public async Task Store_without_usable_certificates_refuses_before_anybody_is_asked()
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var names = ScriptedNames.Answering("192.0.2.1");
        var sockets = new ScriptedSockets(clock);
        var store = new TrustStorePolicy
        {
            Name = "broken",
            Certificates = [TestPki.Elided("first"), new CertificatePolicy { Name = "second", Der = [1, 2, 3], Problem = null }],
        };
        var failure = await Dialing.FailAsync(new SsPlatform { Time = clock, Names = names, Sockets = sockets }, Dialing.Tls(443, store, host: "host.test"));
        Assert.Equal((SsPhase.Policy, SsCauseCode.TrustStoreUnusable, "tls_trust_store", true), (failure.Phase, failure.Code, failure.Attribute, failure.Permanent));
        Assert.All(["'broken'", "'first': elided", "'second': not a DER"], one => Assert.Contains(one, failure.Message, StringComparison.Ordinal));
        Assert.Empty(names.Asked);
        Assert.Equal(0, sockets.Count);
    }

    [Fact]
    public async Task Empty_store_is_unusable()
    {
        var failure = await Dialing.FailAsync(Dialing.Loopback, Dialing.Tls(443, TestPki.Store()));
        Assert.Equal(SsCauseCode.TrustStoreUnusable, failure.Code);
    }

    [Fact]
    public void Equal_stores_are_parsed_once_and_disposed_with_the_cache()
    {
        var cache = new TrustStoreCache();
        var parsed = cache.Get(TestPki.Store(TestPki.Root));
        Assert.Same(parsed, cache.Get(TestPki.Store(TestPki.Root)));
        Assert.NotSame(parsed, cache.Get(TestPki.Store(TestPki.OtherRoot)));
        cache.Dispose();
        Assert.Equal(0, parsed.Certificates[0].Handle);
        Assert.Throws<ObjectDisposedException>(() => cache.Get(TestPki.Store(TestPki.Root)));
    }

    [Fact]
    public void Cache_forgets_rather_than_grow_without_end_and_what_is_in_use_stays_usable()
    {
        using var cache = new TrustStoreCache();
        var first = cache.Get(TestPki.Store(TestPki.Root));
        for (var i = 0; i < NetworkDefaults.MaxTrustStores; i++)
            cache.Get(TestPki.Store(TestPki.Root) with { Name = $"store{i}" });
        Assert.NotSame(first, cache.Get(TestPki.Store(TestPki.Root)));
        Assert.True(first.Contains(TestPki.Root));
        Assert.NotEqual(0, first.Certificates[0].Handle);
    }

    [Fact]
    public async Task Disposed_dialer_refuses()
    {
        var dialer = new Dialer(Dialing.Loopback);
        dialer.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => dialer.DialAsync(Dialing.Plain("localhost", 1), TestContext.Current.CancellationToken).AsTask());
    }
}
