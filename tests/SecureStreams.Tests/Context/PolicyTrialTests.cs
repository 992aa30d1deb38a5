using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>A policy on trial, on virtual time: what confirms it, what takes it back and when, and what then is told.</summary>
public sealed class PolicyTrialTests
{
    private const string Policy = """
        {
          "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 65535, "jitterpc": 0 }, "few": { "backoff": [1000], "conceal": 1, "jitterpc": 0 } }],
          "s": [{
            "ws": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "default" },
            "few": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "few" },
            "raw": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "retry": "few" },
            "other": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "default" },
            "http": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/", "retry": "few" }
          }]
        }
        """;

    private static readonly SsPolicyTrialOptions Minute = new();

    [Fact]
    public async Task A_connection_that_became_requests_is_one_again_after_the_revert()
    {
        await using var world = new CoreWorld(Policy);
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
    public async Task Whom_the_new_policy_does_not_trust_fails_it_at_once_where_no_attempt_follows()
    {
        var policy = Policy.Replace("\"retry\": \"default\" }", "\"tls\": true }", StringComparison.Ordinal);
        Assert.NotEqual(Policy, policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Context.UpdatePolicy(Policy, new SsPolicyTrialOptions { ConnectedPercent = 101 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Context.RemoveOverlay("c", new SsPolicyTrialOptions { Duration = TimeSpan.FromDays(2) }));
        Assert.Equal(1, world.Log.Entries.Count(static entry => entry.Message.Contains("confirmed by hand", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_connection_that_stays_because_the_new_one_cannot_be_had_fails_the_trial_at_its_end()
    {
        await using var world = new CoreWorld(Policy);
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

    [Fact]
    public async Task What_has_failed_for_good_takes_it_back_at_once_and_is_made_to_connect_again()
    {
        await using var world = new CoreWorld(Policy);
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

    [Theory]
    [InlineData(9, 90, SsPolicyTrialState.Confirmed)]
    [InlineData(8, 90, SsPolicyTrialState.Reverted)]
    [InlineData(0, 0, SsPolicyTrialState.Confirmed)]
    [InlineData(10, 100, SsPolicyTrialState.Confirmed)]
    [InlineData(9, 100, SsPolicyTrialState.Reverted)]
    public async Task The_share_of_connected_streams_is_exact(int connected, int percent, SsPolicyTrialState outcome)
    {
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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

    [Theory]
    [InlineData(10, 9, SsPolicyTrialState.Confirmed)]
    [InlineData(10, 8, SsPolicyTrialState.Reverted)]
    [InlineData(0, 0, SsPolicyTrialState.Confirmed)]
    [InlineData(1, 0, SsPolicyTrialState.Reverted)]
    public async Task The_share_of_acknowledged_transactions_is_exact(int all, int good, SsPolicyTrialState outcome)
    {
        await using var world = new CoreWorld(Policy);
        var (stream, _) = world.Create("http");
        var trial = world.Context.ApplyOverlay(Port("http", 81), "move", Minute).Trial!;
        for (var i = 0; i < all; i++)
            Transact(world, stream, ack: i < good);
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal(outcome, result.State);
        Assert.Equal((good, all - good), (result.Evidence[0].Acked, result.Evidence[0].NotAcked));
    }

    [Fact]
    public async Task Results_are_held_against_those_before()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, _) = world.Create("http");
        for (var i = 0; i < 10; i++)
            Transact(world, stream, ack: i % 2 == 0);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        for (var i = 0; i < 20; i++)
            Transact(world, stream, ack: i < 9);
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal(SsPolicyTrialState.Confirmed, result.State);
        Assert.Equal(0.5, result.Evidence[0].AckedBefore);
    }

    [Fact]
    public async Task Results_that_are_far_worse_take_it_back_at_once()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, _) = world.Create("http");
        Transact(world, stream, ack: true);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        for (var i = 0; i < 9; i++)
            Transact(world, stream, ack: false);
        Assert.Equal(SsPolicyTrialState.Running, trial.State);
        Transact(world, stream, ack: false);
        Assert.Equal(SsPolicyTrialState.Reverted, (await trial.Completion).State);
        Assert.Equal(80, world.Context.Policy.StreamTypes["http"].Port);
    }

    [Fact]
    public async Task A_request_that_is_tried_again_at_the_end_counts_against_it()
    {
        await using var world = new CoreWorld(Policy.Replace("\"conceal\": 1", "\"conceal\": 65535", StringComparison.Ordinal));
        var (stream, _) = world.Create("http");
        Transact(world, stream, ack: true);
        RefuseAt(world, 81);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        world.Do(stream.Connect);
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        Assert.Equal((0, 1), (result.Evidence[0].Acked, result.Evidence[0].NotAcked));
        Assert.Equal(SsCauseCode.ConnectionRefused, Assert.Single(result.Evidence[0].Causes).Code);
    }

    [Theory]
    [InlineData(30, SsPolicyTrialState.Reverted)]
    [InlineData(29.5, SsPolicyTrialState.Confirmed)]
    public async Task A_request_that_has_waited_for_half_of_the_trial_counts_against_it(double seconds, SsPolicyTrialState outcome)
    {
        await using var world = new CoreWorld(Policy);
        var (stream, _) = world.Create("http");
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        world.PassSeconds(60 - seconds);
        world.Do(stream.Connect);
        world.PassSeconds(seconds);
        Assert.Equal(outcome, (await trial.Completion).State);
        Assert.Equal(outcome == SsPolicyTrialState.Reverted ? 1 : 0, trial.Evidence()[0].NotAcked);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_takes_its_acknowledgement_back()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, _) = world.Create("http");
        Transact(world, stream, ack: true);
        var trial = world.Context.ApplyOverlay(Port("http", 81), "a", Minute).Trial!;
        world.Do(stream.Connect);
        world.Peers[^1].Accept();
        world.Peers[^1].Acknowledge(true, 200);
        world.Run();
        Assert.Equal((1, 0), (trial.Evidence()[0].Acked, trial.Evidence()[0].NotAcked));
        world.Peers[^1].Close(new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadTooLarge, "Too large."));
        world.PassSeconds(60);
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, 0, 1, SsCauseCode.PayloadTooLarge), (result.State, result.Evidence[0].Acked, result.Evidence[0].NotAcked, result.Evidence[0].Causes[0].Code));
    }

    [Fact]
    public async Task Who_was_without_a_connection_before_does_not_count_and_who_comes_meanwhile_does()
    {
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
        var (stream, handler) = Connected(world, "ws");
        var without = Policy.Replace("\"few\": { \"endpoint", "\"x_few\": { \"endpoint", StringComparison.Ordinal);
        var trial = world.Context.UpdatePolicy(without, Minute).Trial!;
        world.PassSeconds(60);
        Assert.Equal(SsPolicyTrialState.Confirmed, (await trial.Completion).State);

        trial = world.Context.UpdatePolicy(Policy.Replace("\"ws\": { \"endpoint", "\"wss\": { \"endpoint", StringComparison.Ordinal), Minute).Trial!;
        world.Run();
        var result = await trial.Completion;
        Assert.Equal((SsPolicyTrialState.Reverted, true), (result.State, result.Recovered));
        Assert.Equal(SsCauseCode.StreamTypeRemoved, result.Evidence.Single(static one => one.StreamType == "ws").Causes[0].Code);
        Assert.Equal(SsState.Connected, stream.State);
        Assert.Equal("Creating Connecting Connected Disconnected Unreachable AllRetriesFailed Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task By_hand_it_is_confirmed_or_taken_back_once()
    {
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy);
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
        await using (var world = new CoreWorld(Policy))
        {
            Connected(world, "ws");
            trial = world.Context.ApplyOverlay(Port("ws", 81), "a", Minute).Trial!;
            world.Run();
        }

        Assert.Equal((SsPolicyTrialState.Abandoned, 1L), ((await trial.Completion).State, (await trial.Completion).Revision));
    }

    [Fact]
    public async Task Who_awaits_the_outcome_may_change_the_policy_and_what_the_application_ends_counts_for_nothing()
    {
        await using var world = new CoreWorld(Policy);
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
        await using var world = new CoreWorld(Policy.Replace("\"ws\": {", types + ",\"ws\": {", StringComparison.Ordinal));
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

    private static string Port(string streamType, int port) => $$"""{ "s": [{ "{{streamType}}": { "port": {{port}} } }] }""";

    private static void RefuseAt(CoreWorld world, params int[] ports) => world.Play = peer =>
    {
        if (ports.Contains(peer.Policy.Port))
            peer.Close(CoreBench.Refused);
        else
            peer.Accept();
    };

    private static (SecureStream Stream, RecordingHandler Handler) Connected(CoreWorld world, string streamType)
    {
        world.Play ??= static peer => peer.Accept();
        var (stream, handler) = world.Create(streamType);
        world.Do(stream.Connect);
        Assert.Equal(SsState.Connected, stream.State);
        return (stream, handler);
    }

    private static void Transact(CoreWorld world, SecureStream stream, bool ack)
    {
        world.Do(stream.Connect);
        InMemoryPeer peer = world.Peers[^1];
        peer.Accept();
        peer.Acknowledge(ack, ack ? 200 : 404, ack ? null : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, "No.") { Status = 404 });
        peer.Close(null);
        world.Run();
    }
}
