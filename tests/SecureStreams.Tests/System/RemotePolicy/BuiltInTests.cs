using SecureStreams.Policy;

namespace SecureStreams.Tests.Remote;

/// <summary>A server that has the policy which the program brings, whatever the program brings it as.</summary>
public class BuiltInTests
{
    [Fact]
    public async Task The_same_text_under_overlays_of_the_options_is_no_other_policy()
    {
        await using var world = await RemoteWorld.StartAsync();
        world.Server.Publish(world.Server.Policy(1));
        await world.BeginAsync(world.Server.Policy(1), more: static options => options with { Overlays = [PolicyDocument.FromJson("""{ "s": [{ "live": { "timeout_ms": 5000 } }] }""", "site")] });
        Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await world.FetchAsync()).Outcome);
        Assert.Equal(0, world.Context.PolicyRevision);
        Assert.Equal(5000, world.Context.Policy.StreamTypes["live"].Find("timeout_ms")!.Value.Value.Number);

        // Another text of that revision is one.
        world.Server.Publish(world.Server.Policy(1, "\"policy_refresh_s\": 1000, "));
        Assert.Equal(SsRemotePolicyStage.Revision, (await world.FetchAsync()).Stage);

        // And what comes lies under the overlay.
        world.Server.Publish(world.Server.Policy(2));
        Assert.Equal(SsRemotePolicyOutcome.Applied, (await world.FetchAsync()).Outcome);
        Assert.Equal(5000, world.Context.Policy.StreamTypes["live"].Find("timeout_ms")!.Value.Value.Number);
    }

    [Fact]
    public async Task The_revision_of_a_base_under_files_is_taken_with_the_content_of_that_base_alone()
    {
        await using var world = await RemoteWorld.StartAsync();
        var folder = Directory.CreateTempSubdirectory("built-in-");
        try
        {
            string[] files = [Path.Combine(folder.FullName, "base.json"), Path.Combine(folder.FullName, "site.json")];
            await File.WriteAllTextAsync(files[0], world.Server.Policy(1), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(files[1], """{ "s": [{ "live": { "timeout_ms": 5000 } }] }""", TestContext.Current.CancellationToken);
            world.Server.Publish(world.Server.Policy(1, "\"policy_refresh_s\": 1000, "));
            await using var context = SsContext.FromFiles(files, new SsContextOptions { RemotePolicy = new SsRemotePolicyOptions() });
            Assert.Equal(SsRemotePolicyStage.Revision, (await context.RemotePolicy!.RefreshAsync(TestContext.Current.CancellationToken)).Stage);
            Assert.Equal(0, context.PolicyRevision);

            // The files are not in what the server has, so that this is another policy than their sum.
            world.Server.Publish(world.Server.Policy(1));
            Assert.Equal(SsRemotePolicyOutcome.Applied, (await context.RemotePolicy.RefreshAsync(TestContext.Current.CancellationToken)).Outcome);
            Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await context.RemotePolicy.RefreshAsync(TestContext.Current.CancellationToken)).Outcome);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_revision_of_a_model_whose_text_is_not_known_is_taken_once_and_then_known()
    {
        await using var server = await TestSupport.Servers.PolicyServer.StartAsync();
        server.Publish(server.Policy(1));
        await using var context = new LocalContext(PolicyLoader.Load([PolicyDocument.FromJson(server.Policy(1), "compiled")]).Model!, new SsContextOptions { RemotePolicy = new SsRemotePolicyOptions() });
        await context.RemotePolicy!.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Null(context.RemotePolicy.Status.Concern);
        Assert.Equal((SsRemotePolicySource.Network, 1L), (context.RemotePolicy.Status.Source, context.RemotePolicy.Status.Revision));
        Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await context.RemotePolicy.RefreshAsync(TestContext.Current.CancellationToken)).Outcome);
        server.Publish(server.Policy(1, "\"policy_refresh_s\": 1000, "));
        Assert.Equal(SsRemotePolicyStage.Revision, (await context.RemotePolicy.RefreshAsync(TestContext.Current.CancellationToken)).Stage);
    }
}
