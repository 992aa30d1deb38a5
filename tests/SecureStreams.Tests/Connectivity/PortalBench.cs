using System.Diagnostics.Metrics;
using SecureStreams.Network;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>A context on a manual clock with real sockets, whose detection streamtype leads to a port of the test. Disposing it checks that nothing is left behind.</summary>
internal sealed class PortalBench : IAsyncDisposable
{
    public PortalBench(int port, string more = "", SsCaptivePortalOptions? options = null, SsNameResolver? names = null, string others = "", IMeterFactory? meters = null)
    {
        Context = SsContext.FromJson(Policy(port, more, others), new SsContextOptions
        {
            Platform = new SsPlatform { Time = Clock, Names = names ?? ScriptedNames.Answering("127.0.0.1"), NetworkWatch = Watch, SocksProxy = null },
            LoggerFactory = Log.Allow(static entry => entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning),
            MeterFactory = meters,
            CaptivePortal = options ?? new SsCaptivePortalOptions(),
        });
    }

    public ManualTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public ScriptedNetworkWatch Watch { get; } = new();

    public TestLog Log { get; } = new();

    public LocalContext Context { get; }

    /// <summary>What lws means by default.</summary>
    public static TimeSpan Bound => TimeSpan.FromSeconds(3);

    public static string Tls => "\"tls\": true, \"tls_trust_store\": \"mine\",";

    public static string Policy(int port, string more = "", string others = "") => $$"""
        {
          "retry": [{ "default": { "backoff": [1000], "conceal": 5, "jitterpc": 0 } }],
          "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
          "trust_stores": [{ "name": "mine", "stack": ["root"] }],
          "s": [{
            "captive_portal_detect": { "endpoint": "localhost", "port": {{port}}, "protocol": "h1", "http_method": "GET", "http_url": "generate_204", {{more}}
              "opportunistic": true, "http_expect": 204, "http_fail_redirect": true }{{others}}
          }]
        }
        """;

    public Task<SsInternetReport> DetectAsync() => Context.CaptivePortal.DetectAsync(TestContext.Current.CancellationToken).OrFail(() => $"Nothing was found out. Timers: {string.Join(", ", Clock.ArmedTimers)}");

    /// <summary>Looks while nothing answers in time: lets the bound pass once <paramref name="ready"/> says that the peer is at it.</summary>
    public async Task<SsInternetReport> DetectOutOfTimeAsync(Task ready, TimeSpan? bound = null)
    {
        var look = DetectAsync();
        await Clock.WaitForArmedExactlyAsync(bound ?? Bound);
        await ready.OrFail(static () => "The peer heard of nothing.");
        Clock.Advance((bound ?? Bound) - TimeSpan.FromMilliseconds(1));
        Assert.False(look.IsCompleted);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        return await look;
    }

    public SsDetail Detail(SsInternetReport report) => Context.Diagnostics.Find(report.Cause.DetailId) ?? throw new CheckFailedException($"No detail of {report}.");

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Clock.AssertNoArmedTimers();
        Log.AssertClean();
        Log.Dispose();
    }
}
