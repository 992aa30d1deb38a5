using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Telemetry;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>When it is looked where the network leads, who is told, and what is shared.</summary>
public sealed class DetectionLifeTests
{
    private static readonly ConnectionScript Internet = Scripts.AnswerRaw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    private static readonly ConnectionScript Portal = Scripts.AnswerRaw("HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: http://login.test/\r\nContent-Length: 0\r\n\r\n");
    private static readonly SsCaptivePortalOptions Automatic = new() { Automatic = true };

    [Fact]
    public async Task A_context_dials_nothing_by_itself()
    {
        await using var server = ScriptedServer.Start(Internet);
        await using var bench = new PortalBench(server.Port);

        Assert.Equal(SsSystemState.Operational, bench.Context.SystemState);
        Assert.Equal(SsInternetReport.None, bench.Context.CaptivePortal.Last);
        Assert.Equal("Unknown: nobody has looked yet", bench.Context.CaptivePortal.Last.ToString());
        Assert.Empty(bench.Clock.ArmedTimers);
        Assert.Equal(0, server.Counters.Accepted);
    }

    [Fact]
    public async Task Who_asks_at_a_time_shares_one_look()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await open.Task.WaitAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", stopping);
        });
        await using var bench = new PortalBench(server.Port);
        using var impatient = new CancellationTokenSource();

        var looks = Enumerable.Range(0, 50).Select(_ => bench.DetectAsync()).ToArray();
        var given = bench.Context.CaptivePortal.DetectAsync(impatient.Token);
        await server.WaitForConnectionsAsync(1);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        open.SetResult();

        var reports = await Task.WhenAll(looks);
        Assert.Single(reports.Distinct());
        Assert.Equal(SsInternet.Internet, reports[0].Internet);
        Assert.Equal(1, server.Counters.Accepted);
    }

    [Fact]
    public async Task Automatic_looks_at_the_start_and_again_until_it_finds_the_internet()
    {
        await using var server = ScriptedServer.Start(Portal, Portal, Internet);
        await using var bench = new PortalBench(server.Port, options: Automatic);
        var reports = bench.Context.CaptivePortal.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var first = await NextAsync(reports);
        if (first.Trigger == SsInternetTrigger.None)
            first = await NextAsync(reports);
        Assert.Equal((SsInternet.CaptivePortal, SsInternetTrigger.Start), (first.Internet, first.Trigger));
        await bench.Clock.WaitForArmedExactlyAsync(SsCaptivePortalOptions.DefaultRecheckInterval);
        bench.Clock.Advance(SsCaptivePortalOptions.DefaultRecheckInterval);
        var second = await NextAsync(reports);
        Assert.Equal((SsInternet.CaptivePortal, SsInternetTrigger.Recheck), (second.Internet, second.Trigger));
        await bench.Clock.WaitForArmedExactlyAsync(SsCaptivePortalOptions.DefaultRecheckInterval);
        bench.Clock.Advance(SsCaptivePortalOptions.DefaultRecheckInterval);
        var third = await NextAsync(reports);
        Assert.Equal((SsInternet.Internet, SsInternetTrigger.Recheck), (third.Internet, third.Trigger));

        // Nothing is polled behind a network that leads to the Internet.
        Assert.DoesNotContain(bench.Clock.ArmedTimers, static one => one.DueIn == SsCaptivePortalOptions.DefaultRecheckInterval);
        await bench.Context.DisposeAsync();
        Assert.False(await reports.MoveNextAsync());
    }

    [Fact]
    public async Task A_server_that_first_redirects_and_then_answers_is_seen_by_the_next_call()
    {
        await using var server = ScriptedServer.Start(Portal, Internet);
        using var meters = new MeterProbe().Listen();
        await using var bench = new PortalBench(server.Port, meters: meters);

        Assert.Equal(SsInternet.CaptivePortal, (await bench.DetectAsync()).Internet);
        Assert.DoesNotContain(bench.Clock.ArmedTimers, static one => one.DueIn == SsCaptivePortalOptions.DefaultRecheckInterval);
        Assert.Equal(SsInternet.Internet, (await bench.DetectAsync()).Internet);
        Assert.Equal(["ss.internet=CaptivePortal ss.trigger=Call: 1", "ss.internet=Internet ss.trigger=Call: 1"], meters.SumsOf("ss.internet.findings"));
        Assert.Equal(2, bench.Log.Entries.Count(static one => one.ToString().Contains("The network leads to", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_context_waits_for_its_first_look_before_it_is_operational_and_no_longer_than_its_bound()
    {
        await using var server = ScriptedServer.Start(Scripts.Hang);
        await using var bench = new PortalBench(server.Port, options: Automatic);
        await server.WaitForConnectionsAsync(1);
        Assert.Equal(SsSystemState.Initialized, bench.Context.SystemState);
        var states = bench.Context.WatchSystemStatesAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal(SsSystemState.Initialized, await NextAsync(states));

        bench.Clock.Advance(PortalBench.Bound);

        foreach (var expected in (SsSystemState[])[SsSystemState.CpdPostTime, SsSystemState.PolicyValid, SsSystemState.Auth1, SsSystemState.Operational])
            Assert.Equal(expected, await NextAsync(states));
        Assert.Equal(SsInternet.NoInternet, bench.Context.CaptivePortal.Internet);
        await bench.Context.DisposeAsync();
        Assert.Equal(SsSystemState.ContextDestroying, await NextAsync(states));
        Assert.False(await states.MoveNextAsync());
        Assert.Equal(SsSystemState.ContextDestroying, bench.Context.SystemState);
    }

    [Fact]
    public async Task A_policy_without_the_streamtype_is_an_error_to_who_asks_and_none_to_the_context()
    {
        await using var context = SsContext.FromJson("""{ "s": [{ "a": { "endpoint": "a.test", "port": 80 } }] }""", new SsContextOptions { CaptivePortal = Automatic });

        Assert.Equal(SsSystemState.Operational, context.SystemState);
        var error = await Assert.ThrowsAsync<SsPolicyException>(() => context.CaptivePortal.DetectAsync(TestContext.Current.CancellationToken));
        Assert.Contains("captive_portal_detect", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"protocol\": \"raw\"", "protocol raw")]
    [InlineData("\"protocol\": \"ws\"", "protocol ws")]
    [InlineData("\"protocol\": \"h1\", \"local_sink\": true", "local sink")]
    public async Task A_streamtype_that_makes_no_requests_is_refused(string attributes, string reason)
    {
        await using var context = SsContext.FromJson($$"""{ "s": [{ "captive_portal_detect": { "endpoint": "a.test", "port": 80, {{attributes}} } }] }""");

        var error = await Assert.ThrowsAsync<SsPolicyException>(() => context.CaptivePortal.DetectAsync(TestContext.Current.CancellationToken));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_is_disposed_lets_who_waits_go()
    {
        await using var server = ScriptedServer.Start(Scripts.Hang);
        await using var bench = new PortalBench(server.Port);
        var look = bench.DetectAsync();
        await server.WaitForConnectionsAsync(1);

        await bench.Context.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => look);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.Context.CaptivePortal.DetectAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirect_of_another_stream_marks_the_system_as_behind_a_portal(bool automatic)
    {
        await using var portal = ScriptedServer.Start(Portal);
        await using var server = ScriptedServer.Start(Internet, Internet);
        await using var bench = new PortalBench(
            server.Port, options: new SsCaptivePortalOptions { Automatic = automatic },
            others: $$"""
                , "api": { "endpoint": "127.0.0.1", "port": {{portal.Port}}, "protocol": "h1", "http_fail_redirect": true, "opportunistic": true },
                "other": { "endpoint": "127.0.0.1", "port": {{portal.Port}}, "protocol": "h1", "opportunistic": true }
                """);
        var captive = bench.Context.CaptivePortal;
        if (automatic)
            await WaitAsync(captive, static one => one.Trigger == SsInternetTrigger.Start);

        await RefusedAsync(bench, "other");
        Assert.NotEqual(SsInternet.CaptivePortal, captive.Internet);
        if (automatic)
            bench.Clock.Advance(SsCaptivePortalOptions.DefaultRecheckInterval);
        await RefusedAsync(bench, "api");

        if (!automatic)
        {
            var marked = captive.Last;
            Assert.Equal((SsInternet.CaptivePortal, SsInternetTrigger.Evidence, SsCauseCode.RedirectRefused, TimeSpan.Zero), (marked.Internet, marked.Trigger, marked.Cause.Code, marked.Took));
            Assert.Equal("api", bench.Detail(marked).StreamType);
            Assert.Equal(SsInternet.Internet, (await bench.DetectAsync()).Internet);
            return;
        }

        var looked = await WaitAsync(captive, static one => one.Trigger == SsInternetTrigger.Evidence && one.Internet == SsInternet.Internet);
        Assert.Equal(2, server.Counters.Accepted);

        // It was that peer alone: until the interval has passed nothing more is made of it.
        await RefusedAsync(bench, "api");
        Assert.Equal(looked, captive.Last);
        Assert.Equal(2, server.Counters.Accepted);
    }

    [Fact]
    public async Task Overlays_lead_the_look_elsewhere()
    {
        await using var server = ScriptedServer.Start(Internet);
        await using var portal = ScriptedServer.Start(Portal);
        using var dead = new DeadPort();
        await using var bench = new PortalBench(server.Port);
        Assert.Equal(SsInternet.Internet, (await bench.DetectAsync()).Internet);
        bench.Context.ApplyOverlay($$"""{ "s": [{ "captive_portal_detect": { "port": {{portal.Port}}, "http_url": "/" } }] }""", "--force-portal");
        Assert.Equal(SsInternet.CaptivePortal, (await bench.DetectAsync()).Internet);
        bench.Context.ApplyOverlay($$"""{ "s": [{ "captive_portal_detect": { "port": {{dead.Number}}, "http_url": "/" } }] }""", "--force-no-internet");
        Assert.Equal(SsInternet.NoInternet, (await bench.DetectAsync()).Internet);
        bench.Context.RemoveOverlay("--force-no-internet");
        bench.Context.RemoveOverlay("--force-portal");
        Assert.Equal(SsInternet.Internet, (await bench.DetectAsync()).Internet);
    }

    [Fact]
    public async Task Looks_do_not_wait_for_the_budget_of_a_peer_that_failed()
    {
        using var dead = new DeadPort();
        await using var bench = new PortalBench(dead.Number);
        for (var i = 0; i < 60; i++)
            Assert.Equal((SsInternet.NoInternet, TimeSpan.Zero), ((await bench.DetectAsync()) is var report ? report.Internet : default, report.Took));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Bounds_are_checked(int milliseconds)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsCaptivePortalOptions { Timeout = TimeSpan.FromMilliseconds(milliseconds) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SsCaptivePortalOptions { RecheckInterval = TimeSpan.FromMilliseconds(milliseconds) });
    }

    private static async Task RefusedAsync(PortalBench bench, string streamType)
    {
        var handler = new RecordingHandler();
        await using var stream = bench.Context.Create(streamType, handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
    }

    private static async Task<SsInternetReport> WaitAsync(SsCaptivePortal captive, Func<SsInternetReport, bool> wanted)
    {
        return await FindAsync().OrFail(() => $"The last was {captive.Last}.");

        async Task<SsInternetReport> FindAsync()
        {
            await foreach (var report in captive.WatchAsync(TestContext.Current.CancellationToken))
            {
                if (wanted(report))
                    return report;
            }

            throw new CheckFailedException("The reports have ended.");
        }
    }

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<T> all)
    {
        Assert.True(await all.MoveNextAsync().AsTask().OrFail(static () => "Nothing more came."));
        return all.Current;
    }
}
