using System.Diagnostics.Metrics;
using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>A context on a manual clock whose network is played by the test. Disposing it checks that nothing is left behind.</summary>
internal sealed class CoreBench : IAsyncDisposable
{
    /// <summary>Streamtypes of the usual kinds; <c>http</c> and <c>post</c> are transactional, <c>link</c> lasts.</summary>
    public const string Policy = """
        {
          "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 0 } }],
          "s": [{
            "http": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/", "retry": "default", "timeout_ms": 1500 },
            "post": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "POST", "http_url": "/", "retry": "default" },
            "once": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/", "opportunistic": true, "retry": "default" },
            "plain": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/" },
            "link": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "retry": "default" },
            "nailed": { "endpoint": "${region}.peer.test", "port": 80, "protocol": "raw", "nailed_up": true, "retry": "default", "metadata": [{ "region": "" }, { "ctype": "content-type:" }] }
          }]
        }
        """;

    public CoreBench(string policy = Policy, SsRandom? random = null, SsScheduler? scheduler = null, IMeterFactory? meters = null)
    {
        Network = new InMemoryNetwork(Clock);
        var platform = new SsPlatform { Time = Clock };
        if (random is not null)
            platform = platform with { Random = random };
        if (scheduler is not null)
            platform = platform with { Scheduler = scheduler };
        Context = SsContext.FromJson(policy, new SsContextOptions { Platform = platform, LoggerFactory = Log, MeterFactory = meters, Transports = _ => Network });
    }

    public ManualTimeProvider Clock { get; } = new();

    public InMemoryNetwork Network { get; }

    public TestLog Log { get; } = new();

    public LocalContext Context { get; }

    public static TransportFailure Refused => new(SsPhase.Connect, SsCauseCode.ConnectionRefused, "Nobody listens.") { Attribute = "endpoint" };

    /// <summary>What a transport tells that could not get its token, because nobody listens where it is fetched.</summary>
    public static TransportFailure NoToken => Refused with { Attribute = "use_auth", IsAuth = true };

    public static TransportFailure Reset => new(SsPhase.Peer, SsCauseCode.ConnectionReset, "The peer reset the connection.");

    public (SecureStream Stream, RecordingHandler Handler) Create(string streamType, Action<RecordingHandler>? setup = null, SsStreamOptions? options = null)
    {
        var handler = new RecordingHandler();
        setup?.Invoke(handler);
        return (Context.Create(streamType, handler, options), handler);
    }

    /// <summary>The next attempt; a hang fails.</summary>
    public Task<InMemoryPeer> NextAttemptAsync() =>
        Network.NextAttemptAsync(TestContext.Current.CancellationToken).AsTask().OrFail(static () => "No attempt was started.");

    /// <summary>Waits until the back-off of exactly <paramref name="delay"/> is armed, and lets it pass.</summary>
    public async Task PassAsync(TimeSpan delay)
    {
        await Clock.WaitForArmedExactlyAsync(delay);
        Clock.Advance(delay);
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Clock.AssertNoArmedTimers();
        Log.AssertClean();
        Log.Dispose();
    }
}
