using SecureStreams.Policy;

namespace SecureStreams.Testing.Tests.Documentation;

/// <summary>What docs/testing.md shows, run.</summary>
public sealed class Examples
{
    private const string Policy = """
        {
          "retry": [{ "steady": { "backoff": [1000, 2000, 5000], "conceal": 65535 } }],
          "s": [{ "feed": { "endpoint": "feed.example.com", "port": 443, "protocol": "ws", "tls": true, "http_url": "/prices",
                            "ws_subprotocol": "", "nailed_up": true, "retry": "steady" } }]
        }
        """;

    private static readonly string PortalPolicy = TestSupport.Repository.RepoPaths.Combine("policies", "captive-portal.json");

    // begin portal
    [Fact]
    public async Task Behind_a_captive_portal_the_user_is_sent_to_log_in()
    {
        await using var test = SsTestContext.FromFile(PortalPolicy);
        test.Apply(SsOverlays.CaptivePortal());

        var report = await test.Context.CaptivePortal.DetectAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SsInternet.CaptivePortal, report.Internet);
        test.Remove("captive-portal");
    }

    // end portal
    // begin nothing
    [Fact]
    public async Task Without_an_internet_nobody_is_asked_to_log_in()
    {
        await using var test = SsTestContext.FromFile(PortalPolicy, options => options with { Overlays = [SsOverlays.NoInternet()] });

        var report = await test.Context.CaptivePortal.DetectAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SsInternet.NoInternet, report.Internet);
        Assert.Equal(SsCauseCode.NameNotFound, report.Cause.Code);
    }

    // end nothing
    // begin down
    [Fact]
    public async Task A_price_is_stale_while_the_server_is_down_and_fresh_when_it_is_back()
    {
        await using var test = SsTestContext.FromJson(Policy);
        var server = test.Serve("feed");
        SsStateRecorder recorder = null!;
        await using var feed = new Feed(test.Context, handler => recorder = test.Record(handler));
        await recorder.WaitForAsync(SsState.Connected);
        await server.Streams.Single().SendAsync("42"u8.ToArray(), TestContext.Current.CancellationToken);
        await recorder.WaitForMessagesAsync(1);
        Assert.Equal("42", feed.Price);

        await server.StopAsync();
        await recorder.WaitForAsync(SsState.Disconnected);
        Assert.Equal("42 (stale)", feed.Price);
        recorder.AssertCause(SsState.Disconnected, SsPhase.Peer, SsCauseCode.PeerClosed);

        // An hour of attempts, at the delays that the policy states.
        while (test.Time.Elapsed < TimeSpan.FromHours(1))
        {
            var failed = recorder.States.Count(static state => state == SsState.Unreachable);
            await test.AdvanceToRetryAsync(recorder);
            await recorder.WaitForAsync(SsState.Unreachable, times: failed + 1);
        }

        server.Start();
        await test.AdvanceToRetryAsync(recorder);
        await recorder.WaitForAsync(SsState.Connected, times: 2);
        recorder.AssertNever(SsState.AllRetriesFailed);
        recorder.AssertInOrder("Connected, Disconnected, Unreachable, Connecting, Connected");
    }

    // end down
    // begin storm
    [Fact]
    public async Task After_a_loss_twenty_streams_come_back_and_not_all_at_once()
    {
        await using var test = SsTestContext.FromJson(Policy, options => options with
        {
            Overlays = [PolicyDocument.FromJson("""{ "retry": [{ "steady": { "jitterpc": 100 } }] }""", "jitter")],
            Platform = options.Platform with { Random = new Spread() },
        });
        var server = test.Serve("feed");
        var recorders = new List<SsStateRecorder>();
        var streams = new List<SecureStream>();
        for (var i = 0; i < 20; i++)
        {
            recorders.Add(test.Record());
            streams.Add(test.Context.Create("feed", recorders[i]));
        }

        foreach (var recorder in recorders)
            await recorder.WaitForAsync(SsState.Connected);
        server.DropAll();
        foreach (var recorder in recorders)
            await recorder.WaitForAsync(SsState.Disconnected);

        var delays = recorders.ToDictionary(static one => one, static one => one.AssertCause(SsState.Disconnected, SsPhase.Peer, SsCauseCode.PeerClosed).NextDelay);
        Assert.InRange(delays.Values.Distinct().Count(), 15, 20);
        Assert.All(delays.Values, static delay => Assert.InRange(delay, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
        foreach (var recorder in recorders.OrderBy(one => delays[one]))
        {
            await test.AdvanceToRetryAsync(recorder);
            await recorder.WaitForAsync(SsState.Connected, times: 2);
        }

        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    private sealed class Spread : SsRandom
    {
        private readonly Lock _lock = new();
        private readonly Random _random = new(1);

        public override double NextDouble()
        {
            lock (_lock)
                return _random.NextDouble();
        }
    }

    // end storm
}
