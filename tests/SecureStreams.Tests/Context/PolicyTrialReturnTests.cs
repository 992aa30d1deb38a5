using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;
using static SecureStreams.Tests.Context.TrialBench;

namespace SecureStreams.Tests.Context;

/// <summary>A policy on trial, on virtual time: how it is taken back, what other changes do to that, and who is as before then.</summary>
public sealed class PolicyTrialReturnTests
{
    [Theory]
    [InlineData("asked")]
    [InlineData("answering")]
    [InlineData("acknowledged")]
    [InlineData("refused")]
    public async Task A_request_that_is_under_way_when_it_is_taken_back_ends_before_the_connection_comes_back(string stage)
    {
        await using var world = new CoreWorld(Usual);
        var (stream, handler) = Connected(world, "raw");
        var (trial, request) = BecomesRequest(world, stream);
        if (stage != "asked")
            request.Accept();
        if (stage is "acknowledged" or "refused")
            request.Acknowledge(stage == "acknowledged", stage == "acknowledged" ? 200 : 426, stage == "acknowledged" ? null : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, "No.") { Status = 426 });
        world.Run();
        world.Play = static peer => peer.Accept();
        Assert.NotNull(world.Context.RevertTrial());
        world.Run();
        Assert.Equal(SsPolicyTrialState.Reverting, trial.State);
        Assert.Same(request, world.Peers[^1]);

        if (stage == "asked")
            request.Accept();
        request.Close(null);
        world.Run();
        Assert.True(trial.Completion.IsCompleted, stream.Explain().ToString());
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true), (result.State, result.Recovered));
        Assert.Equal(SsState.Connected, stream.State);
        Assert.EndsWith("Disconnected Connecting Connected", handler.Story, StringComparison.Ordinal);

        // That was owed once: the end of a connection that the application asks for is one.
        world.Do(stream.Disconnect);
        world.PassSeconds(10);
        Assert.Equal(SsState.Disconnected, stream.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_fails_after_it_was_taken_back_leaves_the_connection_owed(bool isFinal)
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = Connected(world, "raw");
        var (trial, request) = BecomesRequest(world, stream);
        world.Play = static peer => peer.Accept();
        Assert.NotNull(world.Context.RevertTrial());
        world.Run();
        request.Close(CoreBench.Refused with { Permanent = isFinal });
        world.PassSeconds(1);
        Assert.True(trial.Completion.IsCompleted, stream.Explain().ToString());
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true), (result.State, result.Recovered));
        Assert.Equal(SsState.Connected, stream.State);

        // It has what it was owed, and owes nothing to what comes later.
        world.Do(stream.Disconnect);
        world.PassSeconds(10);
        Assert.Equal(SsState.Disconnected, stream.State);
    }

    [Fact]
    public async Task Who_disconnects_after_it_was_taken_back_is_owed_nothing()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = Connected(world, "raw");
        var (trial, _) = BecomesRequest(world, stream);
        Assert.NotNull(world.Context.RevertTrial());
        world.Run();
        world.Do(stream.Disconnect);
        world.PassSeconds(60);
        Assert.True(trial.Completion.IsCompleted, stream.Explain().ToString());
        Assert.Equal(SsPolicyTrialState.Reverted, trial.State);
        Assert.Equal(SsState.AllRetriesFailed, stream.State);
    }

    [Fact]
    public async Task A_connection_that_became_requests_is_one_again_after_the_revert()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, handler) = Connected(world, "raw");
        var trial = world.Context.ApplyOverlay("""{ "s": [{ "raw": { "protocol": "h1", "http_method": "GET", "http_url": "/" } }] }""", "a", Minute).Trial!;
        world.Run();
        Assert.Equal(SsState.Disconnected, stream.State);
        Assert.NotNull(world.Context.RevertTrial());
        world.Run();
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true), (result.State, result.Recovered));
        Assert.Equal(SsState.Connected, stream.State);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task What_has_failed_for_good_takes_it_back_at_once_and_is_made_to_connect_again()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, handler) = Connected(world, "raw");
        RefuseAt(world, 81);
        var trial = world.Context.ApplyOverlay(Port("raw", 81), "move", Minute).Trial!;
        world.Run();
        Assert.Equal(SsState.Unreachable, stream.State);
        Assert.Equal(SsPolicyTrialState.Running, trial.State);

        // After one second the last attempt has failed.
        world.PassSeconds(1);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true), (result.State, result.Recovered));
        Assert.Equal(2, Assert.Single(Assert.Single(result.Evidence).Causes).Count);
        Assert.Equal(SsState.Connected, stream.State);
        Assert.EndsWith("AllRetriesFailed Connecting Connected", handler.Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_hand_it_is_confirmed_or_taken_back_once()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = Connected(world, "ws");
        Assert.False(world.Context.ConfirmTrial());
        Assert.Null(world.Context.RevertTrial());
        var trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        world.Run();
        var back = world.Context.RevertTrial()!;
        Assert.Equal((true, 2L, "revert of a"), (back.Applied, back.Revision, back.Overlay));
        Assert.Equal(new SsPolicyEffect("ws", stream.Id, PolicyImpact.Reconnect, SsPolicyAction.Replace), Assert.Single(back.Effects));
        Assert.Equal(SsPolicyTrialState.Reverting, trial.State);
        Assert.Null(world.Context.RevertTrial());
        Assert.False(world.Context.ConfirmTrial());
        world.Run();
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true, true, "taken back by hand"), (result.State, result.ByHand, result.Recovered, result.Reason));

        trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        Assert.True(world.Context.ConfirmTrial());
        Assert.Equal((SsPolicyTrialState.Confirmed, true), ((await trial.Completion).State, (await trial.Completion).ByHand));
        world.PassSeconds(120);
        Assert.Equal(81, world.Context.Policy.StreamTypes["ws"].Port);
    }

    [Fact]
    public async Task A_change_that_comes_meanwhile_is_tried_with_it_and_falls_back_to_what_was_never_on_trial()
    {
        await using var world = new CoreWorld(Usual);
        Connected(world, "ws");
        Assert.True(world.Context.ApplyOverlay(Port("other", 70), "before").Applied);
        RefuseAt(world, 81, 82);
        var first = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        world.PassSeconds(30);

        // It says nothing of a trial, and is another overlay: what it lies on was never confirmed.
        var second = world.Context.ApplyOverlay(Port("other", 71), "b").Trial!;
        Assert.Equal(SsPolicyTrialState.Superseded, (await first.Completion).State);
        Assert.Equal(("b", 3L), (second.Name, second.Revision));
        Assert.Equal(3, (await first.Completion).Revision);
        world.PassSeconds(59);
        Assert.Equal(SsPolicyTrialState.Running, second.State);
        world.PassSeconds(1);
        Assert.Equal(SsPolicyTrialState.Reverted, (await second.Completion).State);
        Assert.Equal(["before"], world.Context.AppliedOverlays);

        // One that mends it is judged by itself.
        first = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        world.PassSeconds(30);
        second = world.Context.ApplyOverlay(Port("ws", 83), "a").Trial!;
        world.PassSeconds(60);
        Assert.Equal((SsPolicyTrialState.Superseded, SsPolicyTrialState.Confirmed), (first.State, second.State));
        Assert.Equal((1, 1), (second.Evidence()[0].Streams, second.Evidence()[0].Connected));

        // One that is not to be tried makes all of it permanent.
        first = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        Assert.Null(world.Context.ApplyOverlay(Port("other", 72), "b", SsPolicyTrialOptions.None).Trial);
        Assert.Equal(SsPolicyTrialState.Superseded, first.State);
        Assert.Contains("holds without a trial", (await first.Completion).Reason, StringComparison.Ordinal);
        world.PassSeconds(120);
        Assert.Equal(["before", "a", "b"], world.Context.AppliedOverlays);
    }

    [Fact]
    public async Task What_is_cut_off_by_one_is_owed_a_connection_by_the_next()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = Connected(world, "raw");
        RefuseAt(world, 81, 82);
        world.Context.ApplyOverlay(Port("raw", 81), "a", Minute);
        world.Run();
        Assert.Equal(SsState.Unreachable, stream.State);
        var second = world.Context.ApplyOverlay(Port("raw", 82), "a", Minute).Trial!;
        world.PassSeconds(5);
        var result = await second.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true, 1), (result.State, result.Recovered, result.Evidence[0].Streams));
        Assert.Equal(SsState.Connected, stream.State);
        Assert.Empty(world.Context.AppliedOverlays);
    }

    [Fact]
    public async Task Removing_the_overlay_on_trial_takes_it_back_and_a_change_of_nothing_leaves_it()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = Connected(world, "raw");
        RefuseAt(world, 81);
        var trial = world.Context.ApplyOverlay(Port("raw", 81), "a", Minute).Trial!;
        world.Run();
        Assert.Equal(trial.Revision, world.Context.ApplyOverlay("""{ "release": "2" }""", "nothing").Trial!.Revision);
        Assert.Equal(SsPolicyTrialState.Running, trial.State);
        var update = world.Context.RemoveOverlay("a")!;
        Assert.Null(update.Trial);
        world.Run();
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true, true), (result.State, result.ByHand, result.Recovered));
        Assert.Equal(SsState.Connected, stream.State);
        Assert.Equal(["nothing"], world.Context.AppliedOverlays);
    }

    [Fact]
    public async Task An_overlay_that_is_removed_on_trial_comes_back()
    {
        await using var world = new CoreWorld(Usual);
        world.Context.ApplyOverlay(Port("ws", 90), "site");
        world.Context.ApplyOverlay(Port("other", 91), "top");
        Connected(world, "ws");
        RefuseAt(world, 80);
        var trial = world.Context.RemoveOverlay("site", Minute)!.Trial!;
        world.PassSeconds(60);
        Assert.Equal(SsPolicyTrialState.Reverted, (await trial.Completion).State);
        Assert.Equal(["site", "top"], world.Context.AppliedOverlays);
        Assert.Equal(90, world.Context.Policy.StreamTypes["ws"].Port);
    }

    [Fact]
    public async Task A_way_back_that_is_shut_is_told_truthfully()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = Connected(world, "raw");
        RefuseAt(world, 80, 81);
        world.Log.Allow("not everything is as it was");
        var trial = world.Context.ApplyOverlay(Port("raw", 81), "a", Minute).Trial!;
        world.PassSeconds(1);
        Assert.Equal((SsPolicyTrialState.Reverting, 2L), (trial.State, world.Context.PolicyRevision));
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, false), (result.State, result.Recovered));
        var missing = Assert.Single(result.NotRecovered);
        Assert.Equal(("raw", 1, 0), (missing.StreamType, missing.Streams, missing.Connected));
        Assert.Equal(SsCauseCode.ConnectionRefused, Assert.Single(missing.Causes).Code);
        Assert.Contains("NOT everything is as it was", result.ToString(), StringComparison.Ordinal);
        Assert.Equal(SsState.AllRetriesFailed, stream.State);
    }

    [Fact]
    public async Task A_change_on_the_way_back_ends_the_look_at_it()
    {
        await using var world = new CoreWorld(Usual);
        Connected(world, "ws");
        world.Play = null;
        var trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        world.Run();
        world.Peers[^1].Accept();
        world.Run();
        world.Context.RevertTrial();
        world.Run();
        Assert.Equal(SsPolicyTrialState.Reverting, trial.State);
        Assert.Null(world.Context.ApplyOverlay(Port("other", 81), "b").Trial);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, null, 3L), (result.State, result.Recovered, result.Revision));
        Assert.Null(world.Context.CurrentTrial);
    }

    [Fact]
    public async Task The_end_of_the_context_ends_it_and_takes_nothing_back()
    {
        SsPolicyTrial trial;
        await using (var world = new CoreWorld(Usual))
        {
            Connected(world, "ws");
            trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
            world.Run();
        }

        Assert.Equal((SsPolicyTrialState.Abandoned, 1L), ((await trial.Completion).State, (await trial.Completion).Revision));
    }

    /// <summary>A policy on trial makes of a connection what asks, and it asks, unanswered.</summary>
    private static (SsPolicyTrial Trial, InMemoryPeer Request) BecomesRequest(CoreWorld world, SecureStream stream)
    {
        world.Play = static _ => { };
        var trial = world.Context.ApplyOverlay("""{ "s": [{ "raw": { "protocol": "h1", "http_method": "GET", "http_url": "/" } }] }""", "a", Minute).Trial!;
        world.Run();
        if (stream.State != SsState.Connecting)
            world.Do(stream.Connect);
        Assert.Equal(SsState.Connecting, stream.State);
        return (trial, world.Peers[^1]);
    }
}
