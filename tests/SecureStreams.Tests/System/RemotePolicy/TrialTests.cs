using SecureStreams.Remote;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Remote;

/// <summary>Fetched policies that are on trial.</summary>
public class TrialTests
{
    [Fact]
    public async Task Only_one_that_stood_its_trial_is_kept()
    {
        await using var world = await RemoteWorld.StartAsync();
        var disk = new SimulatedDisk();
        world.Server.Publish(world.Server.Policy(2, "\"trial_seconds\": 1000, "));
        await world.BeginAsync(world.Server.Policy(1), new SsRemotePolicyOptions { Files = disk });
        var fetch = world.Remote.RefreshAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => world.Context.PolicyRevision == 1);
        Assert.Equal(0, disk.Operations);
        Assert.NotNull(world.Context.CurrentTrial);
        Assert.True(world.Context.ConfirmTrial());
        var result = await fetch;
        Assert.Equal((SsRemotePolicyOutcome.Applied, true), (result.Outcome, result.Stored));
        Assert.Equal("applied", (await world.Server.NextReportAsync()).GetProperty("result").GetString());
        Assert.Equal(2, new SlotStore(disk).Load([])[0].Revision);

        // The next start takes it as it is: it has stood its trial.
        await world.BeginAsync(world.Server.Policy(1), new SsRemotePolicyOptions { Files = disk });
        Assert.Equal(SsRemotePolicySource.Disk, world.Remote.Status.Source);
        Assert.Null(world.Context.CurrentTrial);
    }

    [Fact]
    public async Task One_that_does_not_is_taken_back_told_and_not_tried_again_unless_its_content_differs()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(1));
        await world.BeginAsync(world.Server.Policy(1));
        Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await world.FetchAsync()).Outcome);
        var handler = new RecordingHandler();
        await using var stream = world.Context.Create("live", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);

        // The streamtype that runs leads nowhere in the new one.
        var bad = world.Server.Policy(2, "\"trial_seconds\": 5, ").Replace($"\"port\": {world.Server.Host.RawPort}", "\"port\": 9", StringComparison.Ordinal);
        world.Server.Publish(bad);
        var result = await world.FetchAsync();
        Assert.Equal((SsRemotePolicyOutcome.Reverted, SsRemotePolicyStage.Trial), (result.Outcome, result.Stage));
        Assert.Contains("live", result.Message, StringComparison.Ordinal);
        var report = await world.Server.NextReportAsync();
        Assert.Equal(("reverted", "trial", 2, 1), (report.GetProperty("result").GetString(), report.GetProperty("stage").GetString(), report.GetProperty("policy_revision").GetInt32(), report.GetProperty("running_revision").GetInt32()));
        Assert.Equal(result.Message, report.GetProperty("message").GetString());
        Assert.Equal(1, world.Remote.Status.Revision);
        Assert.Empty(Directory.Exists(Path.Combine(world.State, "policy")) ? Directory.GetFiles(Path.Combine(world.State, "policy")) : []);

        var revision = world.Context.PolicyRevision;
        var again = await world.FetchAsync();
        Assert.Equal((SsRemotePolicyOutcome.Unchanged, SsRemotePolicyStage.Trial), (again.Outcome, again.Stage));
        Assert.Equal(304, world.Server.Statuses[^1]);
        Assert.Contains("did not stand its trial", world.Remote.Status.Concern, StringComparison.Ordinal);

        // Back to the one that runs: nothing new, and all is well.
        world.Server.Publish(world.Server.Policy(1));
        Assert.Equal((SsRemotePolicyOutcome.Unchanged, SsRemotePolicyStage.None), ((await world.FetchAsync()).Outcome, world.Remote.Status.LastResult!.Stage));
        Assert.Null(world.Remote.Status.Concern);
        world.Server.Instead = context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, bad);
        Assert.Equal(SsRemotePolicyStage.Trial, (await world.FetchAsync()).Stage);
        Assert.Equal(revision, world.Context.PolicyRevision);

        // The same number is good for other content: the one before was never accepted.
        world.Server.Publish(world.Server.Policy(2));
        Assert.Equal(SsRemotePolicyOutcome.Applied, (await world.FetchAsync()).Outcome);
        Assert.Equal(2, world.Remote.Status.Revision);
    }

    private static async Task UntilAsync(Func<bool> isMet)
    {
        // The context tells nobody that a policy is in force; 20 ms x 3000 bounds a hang.
        for (var poll = 0; !isMet(); poll++)
        {
            Assert.True(poll < 3000, "It does not come to that.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
