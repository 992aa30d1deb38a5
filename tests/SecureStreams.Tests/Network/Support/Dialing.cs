using System.Net.Security;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Network.Support;

/// <summary>Short ways to dial in tests.</summary>
internal static class Dialing
{
    /// <summary>Real sockets, <c>localhost</c> is 127.0.0.1, and a clock that stands still, so that no bound can run out on a slow machine.</summary>
    public static SsPlatform Loopback => new() { Time = new ManualTimeProvider(TimeProvider.System.GetUtcNow()), Names = ScriptedNames.Answering("127.0.0.1") };

    public static DialTarget Plain(string host, int port) => new() { Host = host, Port = port };

    public static DialTarget Tls(int port, TrustStorePolicy? store, SslApplicationProtocol? alpn = null, string host = "localhost") =>
        new() { Host = host, Port = port, Tls = new TlsTarget(host, new TlsOptions(store), alpn ?? SslApplicationProtocol.Http11) };

    public static async Task<TransportFailure> FailAsync(SsPlatform platform, DialTarget target)
    {
        using var dialer = new Dialer(platform);
        return await FailAsync(dialer, target);
    }

    public static async Task<TransportFailure> FailAsync(Dialer dialer, DialTarget target) => await FailAsync(dialer.DialAsync(target, TestContext.Current.CancellationToken).AsTask());

    public static async Task<TransportFailure> FailAsync(Task<DialedConnection> dial)
    {
        var failure = (await Assert.ThrowsAsync<TransportException>(() => dial)).Failure;
        Assert.NotNull(failure.Endpoint);
        Assert.DoesNotContain('\n', failure.Message);
        return failure;
    }
}
