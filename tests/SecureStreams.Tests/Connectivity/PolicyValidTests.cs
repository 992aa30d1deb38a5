using Microsoft.AspNetCore.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Remote;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>System state PolicyValid of contexts that fetch their policy from a real server: what it waits for, and for how long. The context's clock is virtual.</summary>
public sealed class PolicyValidTests
{
    private static readonly SsSystemState[] ToTheEnd = [SsSystemState.CpdPostTime, SsSystemState.PolicyValid, SsSystemState.Auth1, SsSystemState.Operational];

    private readonly ManualTimeProvider _clock = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task It_comes_when_the_first_fetch_has_put_a_policy_in_force()
    {
        await using var world = await RemoteWorld.StartAsync();
        var context = await BeginAsync(world, published: 2);
        await using var states = new StateWatch(context);
        Assert.Equal(SsSystemState.CpdPostTime, await states.NextAsync());
        _clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal(SsSystemState.CpdPostTime, context.SystemState);
        Assert.Equal(1, Published(context));

        _open.SetResult();
        Assert.Equal(SsSystemState.PolicyValid, await states.NextAsync());
        Assert.Equal(2, Published(context));
        Assert.Equal(ToTheEnd[2..], await states.UntilAsync(SsSystemState.Operational));
        world.Log.AssertClean();
    }

    [Fact]
    public async Task A_slow_fetch_holds_it_up_for_its_bound_and_is_taken_up_when_it_comes()
    {
        await using var world = await RemoteWorld.StartAsync();
        var context = await BeginAsync(world, published: 2, new SsRemotePolicyOptions { StartWait = TimeSpan.FromSeconds(3) });
        await using var states = new StateWatch(context);
        Assert.Equal(SsSystemState.CpdPostTime, await states.NextAsync());
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(ToTheEnd[1..], await states.UntilAsync(SsSystemState.Operational));
        Assert.Equal(1, Published(context));
        Assert.Contains("PolicyValid goes on without the first fetch of the policy", Assert.Single(world.Log.Entries, static one => one.Id.Name == "SystemConditionOutOfTime").Message, StringComparison.Ordinal);

        _open.SetResult();
        Assert.Equal("applied", (await world.Server.NextReportAsync()).GetProperty("result").GetString());
        Assert.Equal((2, SsSystemState.Operational), (Published(context), context.SystemState));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("refused")]
    [InlineData("gone")]
    [InlineData("nobody")]
    public async Task A_fetch_that_fails_or_is_refused_holds_it_up_no_longer_than_it_takes(string how)
    {
        await using var world = await RemoteWorld.StartAsync();
        if (how == "refused")
            world.Server.Publish("{");
        else if (how == "gone")
            world.Server.Instead = static context =>
            {
                context.Abort();
                return Task.CompletedTask;
            };
        var policy = world.Server.Policy(1);
        var context = await world.BeginAsync(how == "nobody" ? policy.Replace("fetch_policy\"", "another\"", StringComparison.Ordinal) : policy, more: Timed);
        await using var states = new StateWatch(context);

        // Not one tick of the clock is needed.
        await states.UntilAsync(SsSystemState.Operational);
        Assert.Equal((1, TimeSpan.Zero), (Published(context), _clock.Elapsed));
        Assert.NotNull(world.Remote.Status.Concern);
        Assert.DoesNotContain(world.Log.Entries, static one => one.Id.Name is "SystemConditionOutOfTime" or "SystemConditionFailed");
    }

    [Fact]
    public async Task One_from_disk_is_in_force_before_and_counts_when_the_bound_is_over()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(5));
        await world.BeginAsync(world.Server.Policy(1));
        await world.FetchAsync();
        Assert.True((await world.Server.NextReportAsync()).GetProperty("stored").GetBoolean());

        var context = await BeginAsync(world, published: 6);
        Assert.Equal((5, SsSystemState.CpdPostTime), (Published(context), context.SystemState));
        await using var states = new StateWatch(context);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ToTheEnd, await states.UntilAsync(SsSystemState.Operational));
        Assert.Equal((5, SsRemotePolicySource.Disk), (Published(context), world.Remote.Status.Source));
    }

    [Fact]
    public async Task A_policy_on_trial_counts_from_its_beginning()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(2, "\"trial_seconds\": 1000, "));
        var context = await world.BeginAsync(world.Server.Policy(1), more: Timed);
        await using var states = new StateWatch(context);
        await states.UntilAsync(SsSystemState.Operational);
        Assert.NotNull(context.CurrentTrial);
        Assert.Equal((2, TimeSpan.Zero), (Published(context), _clock.Elapsed));
    }

    [Fact]
    public async Task Without_a_wait_nothing_is_waited_for()
    {
        await using var world = await RemoteWorld.StartAsync();
        var context = await BeginAsync(world, published: 2, new SsRemotePolicyOptions { StartWait = TimeSpan.Zero });
        Assert.Equal(SsSystemState.Operational, context.SystemState);
        Assert.DoesNotContain(world.Log.Entries, static one => one.Id.Name == "SystemConditionOutOfTime");
    }

    [Fact]
    public async Task A_context_that_ends_meanwhile_goes_to_its_end()
    {
        await using var world = await RemoteWorld.StartAsync();
        var context = await BeginAsync(world, published: 2);
        await using var states = new StateWatch(context);
        Assert.Equal(SsSystemState.CpdPostTime, await states.NextAsync());
        await context.DisposeAsync().AsTask().OrFail(static () => "The context does not end.");
        Assert.Equal(SsSystemState.ContextDestroying, await states.NextAsync());
        Assert.Null(await states.NextAsync());
        world.Log.AssertClean();
    }

    private static int Published(LocalContext context) => (int)context.Policy.Document.Find("policy_revision")!.Value.Value.Number;

    private SsContextOptions Timed(SsContextOptions options) => options with { Platform = new SsPlatform { Time = _clock } };

    /// <summary>A context whose first fetch has reached the server, which answers when it is opened.</summary>
    private async Task<LocalContext> BeginAsync(RemoteWorld world, int published, SsRemotePolicyOptions? remote = null)
    {
        var policy = world.Server.Policy(published);
        world.Server.Instead = async context =>
        {
            _asked.TrySetResult();
            if (await Task.WhenAny(_open.Task, Task.Delay(Timeout.Infinite, context.RequestAborted)) == _open.Task)
                await context.Response.WriteAsync(policy, context.RequestAborted);
        };
        var context = await world.BeginAsync(world.Server.Policy(1), remote, Timed);
        await _asked.Task.OrFail(static () => "Nobody asks for the policy.");
        return context;
    }
}
