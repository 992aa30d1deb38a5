using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;
using static SecureStreams.Tests.Context.TrialBench;

namespace SecureStreams.Tests.Context;

/// <summary>A policy on trial, on virtual time: what confirms it, and what of connections speaks against it.</summary>
public sealed class PolicyTrialTests
{
    [Fact]
    public async Task Whom_the_new_policy_does_not_trust_fails_it_at_once_where_no_attempt_follows()
    {
        var policy = Usual.Replace("\"retry\": \"default\" }", "\"tls\": true }", StringComparison.Ordinal);
        Assert.NotEqual(Usual, policy);
        await using var world = new CoreWorld(policy);
        var (stream, _) = Connected(world, "ws");
        world.Play = peer =>
        {
            if (peer.Policy.Find("tls_pins") is null)
                peer.Accept();
            else
                peer.Close(new TransportFailure(SsPhase.Tls, SsCauseCode.CertificatePinMismatch, "Another key.") { Attribute = "tls_pins" });
        };
        var trial = world.Context.ApplyOverlay("""{ "s": [{ "ws": { "tls_pins": ["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] } }] }""", "a", Minute).Trial!;
        world.Run();
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true, SsCauseCode.CertificatePinMismatch), (result.State, result.Recovered, Assert.Single(result.Evidence[0].Causes).Code));
        Assert.Equal(SsState.Connected, stream.State);
    }

    [Fact]
    public async Task What_works_to_the_end_is_confirmed_exactly_then()
    {
        await using var world = new CoreWorld(Usual);
        var (_, handler) = Connected(world, "ws");
        var update = world.Context.ApplyOverlay(Port("ws", 81), "move", Minute);
        var trial = Assert.IsType<SsPolicyTrial>(update.Trial);
        world.PassSeconds(59.999);
        Assert.Equal(SsPolicyTrialState.Running, trial.State);
        Assert.False(trial.Completion.IsCompleted);
        Assert.NotNull(world.Context.CurrentTrial);
        world.PassSeconds(0.001);
        Assert.Null(world.Context.CurrentTrial);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Confirmed, 1L, 1L, false, null), (result.State, result.Revision, result.TriedRevision, result.ByHand, result.Recovered));
        var seen = Assert.Single(result.Evidence);
        Assert.Equal(("ws", 1, 1, 0, true), (seen.StreamType, seen.Streams, seen.Connected, seen.Failed, seen.IsHealthy));
        Assert.Equal(81, world.Context.Policy.StreamTypes["ws"].Port);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task A_policy_asks_for_its_trial_itself_and_one_that_asks_for_none_has_none()
    {
        await using var world = new CoreWorld(Usual);
        Assert.Null(world.Context.ApplyOverlay(Port("ws", 81), "a").Trial);
        var trial = world.Context.ApplyOverlay("""{ "trial_seconds": 7, "trial_connected": 50, "trial_acked": 60, "s": [{ "ws": { "port": 82 } }] }""", "b").Trial!;
        Assert.Equal(new SsPolicyTrialOptions { Duration = TimeSpan.FromSeconds(7), ConnectedPercent = 50, AckedPercent = 60 }, trial.Options);
        Assert.Equal(world.Clock.GetUtcNow() + TimeSpan.FromSeconds(7), trial.Deadline);
        world.PassSeconds(7);
        Assert.Equal(SsPolicyTrialState.Confirmed, trial.State);

        // The sum still says it; the caller's word counts more.
        Assert.NotNull(world.Context.ApplyOverlay(Port("ws", 83), "c").Trial);
        Assert.True(world.Context.ConfirmTrial());
        Assert.Null(world.Context.ApplyOverlay(Port("ws", 84), "c", SsPolicyTrialOptions.None).Trial);
        Assert.Null(world.Context.PlanOverlay(PolicyDocument.FromJson(Port("ws", 85), "c")).Trial);
        Assert.NotNull(world.Context.ApplyOverlay("""{ "trial_seconds": 86401 }""").Refusal);
        Assert.NotNull(world.Context.ApplyOverlay("""{ "trial_connected": 101 }""").Refusal);
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Context.ApplyOverlay("{}", null, new SsPolicyTrialOptions { AckedPercent = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Context.UpdatePolicy(Usual, new SsPolicyTrialOptions { ConnectedPercent = 101 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Context.RemoveOverlay("c", new SsPolicyTrialOptions { Duration = TimeSpan.FromDays(2) }));
        Assert.Equal(1, world.Log.Entries.Count(static entry => entry.Message.Contains("confirmed by hand", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_connection_that_stays_because_the_new_one_cannot_be_had_fails_the_trial_at_its_end()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, handler) = Connected(world, "ws");
        var (_, untouched) = Connected(world, "other");
        RefuseAt(world, 81);
        var trial = world.Context.ApplyOverlay(Port("ws", 81), "move", Minute).Trial!;
        world.PassSeconds(59);
        Assert.Equal(SsPolicyTrialState.Running, trial.State);
        Assert.False(Assert.Single(trial.Evidence()).IsHealthy);
        world.PassSeconds(1);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true, 2L), (result.State, result.Recovered, result.Revision));
        Assert.Equal(2, world.Context.PolicyRevision);
        Assert.Equal(80, world.Context.Policy.StreamTypes["ws"].Port);
        Assert.Empty(world.Context.AppliedOverlays);
        var seen = Assert.Single(result.Evidence);
        Assert.Equal((1, 0, 1), (seen.Streams, seen.Connected, seen.Failed));
        var cause = Assert.Single(seen.Causes);
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused), (cause.Phase, cause.Code));
        Assert.Contains("Nobody listens.", cause.Detail!.Message, StringComparison.Ordinal);
        Assert.EndsWith(".endpoint", cause.Detail.Policy!.Attribute, StringComparison.Ordinal);
        Assert.Contains("0 of 1 streams of 'ws' are connected, and 90 % have to be; most often", result.Reason, StringComparison.Ordinal);

        // The old connection never ended.
        Assert.Equal("Creating Connecting Connected", handler.Story);
        Assert.Equal("Creating Connecting Connected", untouched.Story);
        Assert.Equal("connected", stream.Explain().Now);
    }

    [Theory]
    [InlineData(9, 90, SsPolicyTrialState.Confirmed)]
    [InlineData(8, 90, SsPolicyTrialState.Reverted)]
    [InlineData(0, 0, SsPolicyTrialState.Confirmed)]
    [InlineData(10, 100, SsPolicyTrialState.Confirmed)]
    [InlineData(9, 100, SsPolicyTrialState.Reverted)]
    public async Task The_share_of_connected_streams_is_exact(int connected, int percent, SsPolicyTrialState outcome)
    {
        await using var world = new CoreWorld(Usual);
        for (var i = 0; i < 10; i++)
            Connected(world, "ws");
        var accepted = 0;
        world.Play = peer =>
        {
            if (peer.Policy.Port == 80 || accepted < connected)
                peer.Accept();
            else
                peer.Close(CoreBench.Refused);
            if (peer.Policy.Port == 81)
                accepted++;
        };
        var trial = world.Context.ApplyOverlay(Port("ws", 81), "move", Minute with { ConnectedPercent = percent }).Trial!;
        world.Run();

        // Whoever was refused is refused for ever.
        world.Play = peer =>
        {
            if (peer.Policy.Port == 80)
                peer.Accept();
            else
                peer.Close(CoreBench.Refused);
        };
        world.PassSeconds(60);
        world.PassSeconds(60);
        Assert.Equal(outcome, (await trial.Completion).State);
    }

    [Fact]
    public async Task A_small_streamtype_is_not_hidden_by_a_large_one()
    {
        await using var world = new CoreWorld(Usual);
        for (var i = 0; i < 20; i++)
            Connected(world, "ws");
        Connected(world, "other");
        RefuseAt(world, 82);
        var trial = world.Context.ApplyOverlay("""{ "s": [{ "ws": { "port": 81 }, "other": { "port": 82 } }] }""", "move", Minute).Trial!;
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        Assert.Equal([("other", false), ("ws", true)], result.Evidence.Select(static one => (one.StreamType, one.IsHealthy)));
    }

    [Fact]
    public async Task Who_was_without_a_connection_before_does_not_count_and_who_comes_meanwhile_does()
    {
        await using var world = new CoreWorld(Usual);
        RefuseAt(world, 80, 81, 82);
        var (down, _) = world.Create("ws");
        world.Do(down.Connect);
        var trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        world.PassSeconds(60);
        Assert.Equal((SsPolicyTrialState.Confirmed, 0), ((await trial.Completion).State, trial.Evidence()[0].Streams));

        trial = world.Context.ApplyOverlay("""{ "s": [{ "new": { "endpoint": "peer.test", "port": 82, "protocol": "raw", "nailed_up": true } }] }""", "b", Minute).Trial!;
        world.Create("new");
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, 1, 1), (result.State, result.Evidence[0].Streams, result.Evidence[0].Failed));
        Assert.False(world.Context.Policy.StreamTypes.ContainsKey("new"));
        Assert.Equal(["a"], world.Context.AppliedOverlays);
    }

    [Fact]
    public async Task Who_is_cut_off_again_and_again_has_failed_even_while_connected()
    {
        await using var world = new CoreWorld(Usual);
        Connected(world, "ws");
        var trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        world.Run();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(SsPolicyTrialState.Running, trial.State);
            world.Peers[^1].Close(new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, "Reset."));
            world.PassSeconds(1);
        }

        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, 2, SsCauseCode.ConnectionReset), (result.State, result.Evidence[0].Losses, result.Evidence[0].Causes[0].Code));
        Assert.True(result.Recovered);
    }

    [Fact]
    public async Task A_streamtype_that_is_taken_away_from_a_connected_stream_fails_and_one_that_nobody_uses_does_not()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, handler) = Connected(world, "ws");
        var without = Usual.Replace("\"few\": { \"endpoint", "\"x_few\": { \"endpoint", StringComparison.Ordinal);
        var trial = world.Context.UpdatePolicy(without, Minute).Trial!;
        world.PassSeconds(60);
        Assert.Equal(SsPolicyTrialState.Confirmed, (await trial.Completion).State);

        trial = world.Context.UpdatePolicy(Usual.Replace("\"ws\": { \"endpoint", "\"wss\": { \"endpoint", StringComparison.Ordinal), Minute).Trial!;
        world.Run();
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true), (result.State, result.Recovered));
        Assert.Equal(SsCauseCode.StreamTypeRemoved, result.Evidence.Single(static one => one.StreamType == "ws").Causes[0].Code);
        Assert.Equal(SsState.Connected, stream.State);
        Assert.Equal("Creating Connecting Connected Disconnected Unreachable AllRetriesFailed Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task Who_awaits_the_outcome_may_change_the_policy_and_what_the_application_ends_counts_for_nothing()
    {
        await using var world = new CoreWorld(Usual);
        var (stream, _) = Connected(world, "ws");
        var (left, _) = Connected(world, "ws");
        var trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
        world.Run();
        world.Do(stream.Disconnect);
        var gone = left.DisposeAsync().AsTask();
        world.Run();
        await gone;
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Confirmed, 0), (result.State, result.Evidence[0].Streams));
        Assert.True(world.Context.RemoveOverlay("a")!.Applied);
    }

    [Fact]
    public async Task What_is_told_is_bounded()
    {
        var types = string.Join(",", Enumerable.Range(0, 40).Select(static i => $$"""
            "t{{i}}": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "default" }
            """));
        await using var world = new CoreWorld(Usual.Replace("\"ws\": {", types + ",\"ws\": {", StringComparison.Ordinal));
        for (var i = 0; i < 40; i++)
            Connected(world, $"t{i}");
        var codes = new[] { SsCauseCode.ConnectionRefused, SsCauseCode.ConnectFailed, SsCauseCode.NetworkUnreachable, SsCauseCode.NameNotFound, SsCauseCode.ProxyRefused, SsCauseCode.ConnectTimeout };
        var attempts = 0;
        world.Play = peer =>
        {
            if (peer.Policy.Port == 80)
                peer.Accept();
            else
                peer.Close(new TransportFailure(SsPhase.Connect, codes[attempts++ % codes.Length], "No.") { PeerText = new string('x', 5000) });
        };
        var overlay = string.Join(",", Enumerable.Range(0, 40).Select(static i => $$"""
            "t{{i}}": { "port": 81 }
            """));
        var trial = world.Context.ApplyOverlay($$"""{ "s": [{ {{overlay}} }] }""", "all", Minute).Trial!;
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, SsPolicyTrialResult.MaxStreamTypes, 8), (result.State, result.Evidence.Count, result.Omitted));
        Assert.All(result.Evidence, static one =>
        {
            Assert.InRange(one.Causes.Count, 1, SsPolicyTrialEvidence.MaxCauses);
            Assert.All(one.Causes, static cause => Assert.InRange(cause.Detail!.PeerText!.Length, 1, 1200));
        });
    }
}
