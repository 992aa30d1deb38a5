using Microsoft.Extensions.Diagnostics.HealthChecks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Remote;
using Xunit;

namespace SecureStreams.Tests.Health;

/// <summary>What a health check finds of a remote policy: whatever is wrong with it is degraded, since a policy is in force.</summary>
public sealed class RemoteHealthTests
{
    [Fact]
    public async Task One_that_could_be_fetched_is_well_and_a_fetch_that_failed_counts_until_the_next_is_good()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(2));
        await world.BeginAsync(world.Server.Policy(1));
        await world.FetchAsync();
        Assert.Equal((HealthStatus.Healthy, false), (await CheckAsync(world) is var well ? well.Status : default, well.Data.ContainsKey("remote_policy")));

        world.Server.Instead = static context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await world.FetchAsync();
        var result = await CheckAsync(world);
        AssertDegraded(result, "the last fetch of the policy failed");
        Assert.Contains("status 500", (string)(await CheckAsync(world, new SsHealthOptions { Detailed = true })).Data["remote_policy"], StringComparison.Ordinal);

        world.Server.Instead = null;
        await world.FetchAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(world)).Status);
    }

    [Theory]
    [InlineData("{ \"secret-name.test\"", "the fetched policy was refused (Document)")]
    [InlineData("old", "the fetched policy was refused (Revision)")]
    [InlineData("nobody", "the policy has no streamtype that fetches it")]
    public async Task What_is_refused_or_cannot_be_asked_for_is_told_without_its_text(string published, string reason)
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(published == "old" ? world.Server.Policy(0) : published);
        await world.BeginAsync(published == "nobody" ? world.Server.Policy(1).Replace("fetch_policy\"", "another\"", StringComparison.Ordinal) : world.Server.Policy(1));
        await world.FetchAsync();
        var result = await CheckAsync(world);
        AssertDegraded(result, reason);
        Assert.DoesNotContain("secret-name", string.Join(' ', result.Data.Values), StringComparison.Ordinal);
        var detailed = await CheckAsync(world, new SsHealthOptions { Detailed = true });
        Assert.Equal(world.Remote.Status.Concern, detailed.Data["remote_policy"]);
    }

    [Fact]
    public async Task One_that_was_taken_back_is_told()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(2, "\"trial_seconds\": 1000, "));
        await world.BeginAsync(world.Server.Policy(1));
        var fetch = world.Remote.RefreshAsync(TestContext.Current.CancellationToken);
        await using var states = new Connectivity.StateWatch(world.Context);
        await states.UntilAsync(SsSystemState.Operational);
        Assert.NotNull(world.Context.RevertTrial());
        await fetch;
        AssertDegraded(await CheckAsync(world), "the fetched policy was taken back");

        // And for as long as the server has it.
        Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await world.FetchAsync()).Outcome);
        AssertDegraded(await CheckAsync(world), "the fetched policy was taken back");
    }

    [Fact]
    public async Task One_that_is_not_on_disk_is_told()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(2));
        await world.BeginAsync(world.Server.Policy(1), new SsRemotePolicyOptions { Files = new SimulatedDisk { FailAt = 0 } });
        Assert.Equal("applied", (await world.Server.NextReportAsync()).GetProperty("result").GetString());
        var result = await CheckAsync(world);
        AssertDegraded(result, "the remote policy is not on disk");
        Assert.DoesNotContain("No space", string.Join(' ', result.Data.Values), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expiry_is_told_once()
    {
        await using var world = await RemoteWorld.StartAsync();
        var clock = new ManualTimeProvider();
        world.Server.Publish(world.Server.Policy(2, $"\"policy_expires\": \"{clock.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ssZ}\", "));
        await world.BeginAsync(world.Server.Policy(1), more: options => options with { Platform = new SsPlatform { Time = clock } });
        Assert.Equal("applied", (await world.Server.NextReportAsync()).GetProperty("result").GetString());
        clock.Jump(TimeSpan.FromHours(1));
        var result = await CheckAsync(world);
        AssertDegraded(result, "the policy in force has expired");
        Assert.Equal(2, result.Description!.Split("expired").Length);
        Assert.Equal("the remote policy has expired", result.Data["remote_policy"]);
    }

    private static void AssertDegraded(HealthCheckResult result, string reason)
    {
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains(reason, result.Description, StringComparison.Ordinal);
        Assert.True(result.Data.ContainsKey("remote_policy"));
    }

    private static Task<HealthCheckResult> CheckAsync(RemoteWorld world, SsHealthOptions? options = null) =>
        new SsHealthCheck(world.Context, options).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
}
