using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SecureStreams.Remote;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.EndToEnd;
using SecureStreams.Tests.Telemetry;

namespace SecureStreams.Tests.Remote;

/// <summary>A policy that comes from a real server on loopback: taken up, kept, reported; and what keeps it from being.</summary>
public class RemotePolicyTests
{
    [Fact]
    public async Task Without_the_option_nobody_is_asked()
    {
        await using var server = await PolicyServer.StartAsync();
        server.Publish(server.Policy(2));
        await using var context = SsContext.FromJson(server.Policy(1));
        Assert.Null(context.RemotePolicy);
        Assert.Equal(0, server.Host.Http.Accepted);
    }

    [Fact]
    public async Task A_new_policy_is_put_in_force_kept_and_reported_and_asked_for_by_its_etag_afterwards()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(2, streams: """, { "more": { "endpoint": "127.0.0.1", "port": 9, "protocol": "raw" } }"""));
        await world.BeginAsync(world.Server.Policy(1));
        var result = await world.FetchAsync();
        Assert.Contains(result.Outcome, new[] { SsRemotePolicyOutcome.Applied, SsRemotePolicyOutcome.Unchanged });
        Assert.True(world.Context.Policy.StreamTypes.ContainsKey("more"));
        var report = await world.Server.NextReportAsync();
        Assert.Equal(("applied", 2, 2, true), (Text(report, "result"), report.GetProperty("policy_revision").GetInt32(), report.GetProperty("running_revision").GetInt32(), report.GetProperty("stored").GetBoolean()));

        var status = world.Remote.Status;
        Assert.Equal((SsRemotePolicySource.Network, 2L, true, null), (status.Source, status.Revision, status.Stored, status.StoreProblem));
        Assert.Null(status.Concern);
        Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await world.FetchAsync()).Outcome);
        Assert.Equal(200, world.Server.Statuses[0]);
        Assert.All(world.Server.Statuses.Skip(1), static one => Assert.Equal(304, one));
        if (!OperatingSystem.IsWindows())
        {
            var folder = Path.Combine(world.State, "policy");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(folder))));
        }

        Assert.True(world.Logged("RemotePolicyApplied"));
        world.Log.AssertClean();
    }

    [Fact]
    public async Task It_comes_over_tls_and_h2_from_whom_the_trust_store_says_and_from_nobody_else()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(2));
        string Over(string store) => LoopbackPolicy.Around(LoopbackPolicy.StreamType("fetch_policy", world.Server.Host, "h2", "policy.json")).Replace("\"tls_trust_store\": \"main\"", $"\"tls_trust_store\": \"{store}\"", StringComparison.Ordinal);
        await world.BeginAsync(Over("wrong"));
        var result = await world.FetchAsync();
        Assert.Equal((SsRemotePolicyOutcome.Failed, SsRemotePolicyStage.Fetch), (result.Outcome, result.Stage));
        Assert.Equal(SsRemotePolicySource.BuiltIn, world.Remote.Status.Source);
        await world.BeginAsync(Over("main"));
        await world.FetchAsync();
        Assert.Equal((2L, SsRemotePolicySource.Network), (world.Remote.Status.Revision!.Value, world.Remote.Status.Source));
    }

    [Fact]
    public async Task Fetches_are_counted_by_how_they_ended_and_the_age_is_told()
    {
        await using var world = await RemoteWorld.StartAsync();
        using var meters = new MeterProbe().Listen();
        world.Server.Publish(world.Server.Policy(2));
        await world.BeginAsync(world.Server.Policy(1), more: options => options with { MeterFactory = meters });
        await world.FetchAsync();
        world.Server.Publish("{");
        await world.FetchAsync();
        var counted = meters.SumsOf("ss.policy.fetches");
        Assert.Equal(["ss.outcome=applied: 1", "ss.outcome=refused: 1"], counted.Where(static one => !one.Contains("unchanged", StringComparison.Ordinal)));
        Assert.Single(meters.Read("ss.policy.age"));
    }

    [Fact]
    public async Task With_no_server_the_start_is_from_disk_before_any_stream_and_older_ones_stay_refused()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(5, streams: """, { "more": { "endpoint": "127.0.0.1", "port": 9, "protocol": "raw" } }"""));
        await world.BeginAsync(world.Server.Policy(1));
        await world.FetchAsync();
        Assert.Equal("applied", Text(await world.Server.NextReportAsync(), "result"));

        world.Server.Instead = static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        var again = await world.BeginAsync(world.Server.Policy(1));
        Assert.True(again.Policy.StreamTypes.ContainsKey("more"));
        Assert.Equal((SsRemotePolicySource.Disk, 5L), (world.Remote.Status.Source, world.Remote.Status.Revision));
        Assert.Equal(SsRemotePolicyOutcome.Failed, (await world.FetchAsync()).Outcome);
        Assert.True(again.Policy.StreamTypes.ContainsKey("more"));

        // The ETag was kept too.
        world.Server.Publish(world.Server.Policy(5, streams: """, { "more": { "endpoint": "127.0.0.1", "port": 9, "protocol": "raw" } }"""));
        Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await world.FetchAsync()).Outcome);
        Assert.Equal(304, world.Server.Statuses[^1]);
        world.Server.Publish(world.Server.Policy(4));
        Assert.Equal(SsRemotePolicyStage.Revision, (await world.FetchAsync()).Stage);

        // A program that brings a newer one is not held back by what an older one kept.
        await world.BeginAsync(world.Server.Policy(6));
        Assert.Equal((SsRemotePolicySource.BuiltIn, 6L), (world.Remote.Status.Source, world.Remote.Status.Revision));
        Assert.True(world.Logged("RemotePolicySlotSkipped"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_kept_policy_that_is_damaged_is_left_out(int damaged)
    {
        await using var world = await RemoteWorld.StartAsync();
        await world.BeginAsync(world.Server.Policy(1));
        await world.FetchAsync();
        for (var revision = 2; revision <= 3; revision++)
        {
            world.Server.Publish(world.Server.Policy(revision));
            Assert.Equal(SsRemotePolicyOutcome.Applied, (await world.FetchAsync()).Outcome);
        }

        // The newest first.
        var files = Directory.GetFiles(Path.Combine(world.State, "policy")).OrderByDescending(static path => SlotFormat.Read(File.ReadAllBytes(path), out _)!.Sequence).ToList();
        Assert.Equal(2, files.Count);
        foreach (var file in files.Take(damaged))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            bytes[^5] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }

        world.Server.Instead = static context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await world.BeginAsync(world.Server.Policy(1));
        Assert.Equal(damaged == 1 ? (SsRemotePolicySource.Disk, 2L) : (SsRemotePolicySource.BuiltIn, 1L), (world.Remote.Status.Source, world.Remote.Status.Revision!.Value));
        Assert.Equal(damaged, world.Log.Entries.Count(static entry => entry.Id.Name == "RemotePolicySlotSkipped" && entry.Message.Contains("checksum", StringComparison.Ordinal)));
        world.Server.Publish(world.Server.Policy(4));
        Assert.True((await world.FetchAsync()).Outcome is SsRemotePolicyOutcome.Applied or SsRemotePolicyOutcome.Failed);
        Assert.True((await world.FetchAsync()).Outcome is SsRemotePolicyOutcome.Applied or SsRemotePolicyOutcome.Unchanged);
        Assert.Equal(4, world.Remote.Status.Revision);
    }

    [Fact]
    public async Task A_kept_policy_is_verified_again_and_one_whose_signature_does_not_count_any_more_is_left_out()
    {
        await using var world = await RemoteWorld.StartAsync();
        var policy = world.Server.Policy(2);
        world.Server.Publish(policy, world.Keys.Sign(policy, "a"));
        await world.BeginAsync(world.Server.Policy(1, world.Keys.Members(1, "a")));
        await world.FetchAsync();
        Assert.Equal("applied", Text(await world.Server.NextReportAsync(), "result"));
        await world.BeginAsync(world.Server.Policy(1, world.Keys.Members(1, "a")));
        Assert.Equal(SsRemotePolicySource.Disk, world.Remote.Status.Source);
        await world.BeginAsync(world.Server.Policy(1, world.Keys.Members(1, "b")));
        Assert.Equal(SsRemotePolicySource.BuiltIn, world.Remote.Status.Source);
        Assert.Contains(world.Log.Entries, static entry => entry.Id.Name == "RemotePolicySlotSkipped" && entry.Message.Contains("policy_keys does not have, 'a'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fetched_policy_cannot_replace_the_keys_that_judge_it()
    {
        await using var world = await RemoteWorld.StartAsync();
        var takeover = world.Server.Policy(2, world.Keys.Members(1, "thief"));
        world.Server.Publish(takeover, world.Keys.Sign(takeover, "a"));
        await world.BeginAsync(world.Server.Policy(1, world.Keys.Members(1, "a")));
        await world.FetchAsync();
        Assert.Equal(2, world.Remote.Status.Revision);
        var next = world.Server.Policy(3);
        world.Server.Publish(next, world.Keys.Sign(next, "thief"));
        Assert.Equal(SsRemotePolicyStage.Signature, (await world.FetchAsync()).Stage);
        world.Server.Publish(next, world.Keys.Sign(next, "a"));
        Assert.Equal(SsRemotePolicyOutcome.Applied, (await world.FetchAsync()).Outcome);
    }

    [Fact]
    public async Task A_fetched_policy_that_forgets_how_it_was_fetched_is_not_the_last_one()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish("""{ "policy_revision": 2, "s": [{ "only": { "endpoint": "127.0.0.1", "port": 9, "protocol": "raw" } }] }""");
        await world.BeginAsync(world.Server.Policy(1));
        await world.FetchAsync();
        Assert.Equal(["only"], world.Context.Policy.StreamTypes.Keys);
        world.Server.Publish(world.Server.Policy(3));
        Assert.Equal(SsRemotePolicyOutcome.Applied, (await world.FetchAsync()).Outcome);
        Assert.True(world.Context.Policy.StreamTypes.ContainsKey("live"));
    }

    [Fact]
    public async Task Without_revisions_any_other_content_is_newer()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(null, "\"release\": \"b\", "));
        await world.BeginAsync(world.Server.Policy(null, "\"release\": \"a\", "));
        await world.FetchAsync();
        Assert.Equal("b", world.Context.Policy.Release);
        world.Server.Publish(world.Server.Policy(null, "\"release\": \"a\", "));
        Assert.Equal(SsRemotePolicyOutcome.Applied, (await world.FetchAsync()).Outcome);
        await world.BeginAsync(world.Server.Policy(null, "\"release\": \"c\", "));
        Assert.Equal("a", world.Context.Policy.Release);
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_keeps_no_policy_from_running_and_is_tried_again()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(2));
        var disk = new SimulatedDisk { FailAt = 0 };
        await world.BeginAsync(world.Server.Policy(1), new SsRemotePolicyOptions { Files = disk });
        await world.FetchAsync();
        var report = await world.Server.NextReportAsync();
        Assert.Equal(("applied", false, "not stored"), (Text(report, "result"), report.GetProperty("stored").GetBoolean(), Text(report, "store_problem")));
        Assert.Equal(2, world.Remote.Status.Revision);
        Assert.True(world.Logged("RemotePolicyNotStored"));

        await world.FetchAsync();
        Assert.True(world.Remote.Status.Stored);
        Assert.Null(world.Remote.Status.Concern);
        Assert.Equal(2, new SlotStore(disk).Load([])[0].Revision);
    }

    [Fact]
    public async Task Whoever_asks_while_a_fetch_is_under_way_gets_that_one()
    {
        await using var world = await RemoteWorld.StartAsync();
        var asked = 0;
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var policy = world.Server.Policy(2);
        world.Server.Instead = async context =>
        {
            Interlocked.Increment(ref asked);
            await go.Task;
            await context.Response.WriteAsync(policy);
        };
        await world.BeginAsync(world.Server.Policy(1));
        var all = Enumerable.Range(0, 10).Select(_ => world.Remote.RefreshAsync()).ToList();
        using var impatient = new CancellationTokenSource();
        var one = world.Remote.RefreshAsync(impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        go.SetResult();
        Assert.All(await Task.WhenAll(all), static result => Assert.Equal(SsRemotePolicyOutcome.Applied, result.Outcome));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task It_is_asked_again_by_the_interval_of_the_policy_with_jitter_and_sooner_after_failures()
    {
        await using var world = await RemoteWorld.StartAsync();
        var time = new ManualTimeProvider();
        world.Server.Publish(world.Server.Policy(2, "\"policy_refresh_s\": 1000, "));
        await world.BeginAsync(world.Server.Policy(1), more: options => options with { Platform = new SsPlatform { Time = time, Random = new FixedRandom(0.25) } });
        Assert.Equal("applied", Text(await world.Server.NextReportAsync(), "result"));
        await time.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(950));

        world.Server.Instead = static context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        time.Advance(TimeSpan.FromSeconds(950));
        foreach (var seconds in new[] { 28.5, 57, 114, 228, 456, 912, 950, 950 })
        {
            Assert.Equal("failed", Text(await world.Server.NextReportAsync(), "result"));
            await time.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(seconds));
            time.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Fact]
    public async Task One_that_expires_while_it_runs_goes_on_with_a_warning_and_a_concern()
    {
        await using var world = await RemoteWorld.StartAsync();
        var time = new ManualTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        SsContextOptions Timed(SsContextOptions options) => options with { Platform = new SsPlatform { Time = time, Random = new FixedRandom(0.5) } };
        world.Server.Publish(world.Server.Policy(2, "\"policy_expires\": \"2030-01-01T00:10:00Z\", "));
        await world.BeginAsync(world.Server.Policy(1), more: Timed);
        Assert.Equal("applied", Text(await world.Server.NextReportAsync(), "result"));
        await time.WaitForArmedExactlyAsync(TimeSpan.FromMinutes(10));
        Assert.Null(world.Remote.Status.Concern);
        time.Advance(TimeSpan.FromMinutes(10));
        await time.WaitForArmedExactlyAsync(TimeSpan.FromMinutes(50));
        Assert.True(world.Remote.Status.IsExpired);
        Assert.Contains("expired at 2030-01-01 00:10:00Z", world.Remote.Status.Concern, StringComparison.Ordinal);
        Assert.Equal(1, world.Log.Entries.Count(static entry => entry.Id.Name == "RemotePolicyExpired"));

        // A restart goes on with it too: the one that the program brings is older still.
        await world.BeginAsync(world.Server.Policy(1), more: Timed);
        Assert.Equal((SsRemotePolicySource.Disk, true), (world.Remote.Status.Source, world.Remote.Status.IsExpired));
        Assert.True(world.Logged("RemotePolicyExpired"));
    }

    [Fact]
    public async Task A_context_that_ends_during_a_fetch_ends_it()
    {
        await using var world = await RemoteWorld.StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Server.Instead = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        var context = await world.BeginAsync(world.Server.Policy(1));
        var refresh = world.Remote.RefreshAsync(TestContext.Current.CancellationToken);
        await asked.Task.OrFail(static () => "Nobody asks.");
        await context.DisposeAsync().AsTask().OrFail(static () => "The context does not end.");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => refresh);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => context.RemotePolicy!.RefreshAsync(TestContext.Current.CancellationToken));
        world.Log.AssertClean();
    }

    [Fact]
    public async Task A_policy_without_the_streamtype_says_so_and_goes_on()
    {
        await using var context = SsContext.FromJson("""{ "s": [{ "a": { "endpoint": "127.0.0.1", "port": 9, "protocol": "raw" } }] }""", new SsContextOptions { RemotePolicy = new SsRemotePolicyOptions() });
        var result = await context.RemotePolicy!.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal((SsRemotePolicyOutcome.Unavailable, "No streamtype 'fetch_policy' of protocol h1 or h2 is there."), (result.Outcome, result.Message));
    }

    private static string? Text(JsonElement report, string member) => report.GetProperty(member).GetString();
}
