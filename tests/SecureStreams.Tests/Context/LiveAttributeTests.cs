using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>Attributes of impact class <c>live</c> act at once, on what there is. Those of listeners are tried with a real socket, in the tests of the server.</summary>
public sealed class LiveAttributeTests
{
    private const string Policy = """
        {
          "retry": [{ "r": { "backoff": [1000], "conceal": 1, "jitterpc": 0, "svalidping_ms": 100000, "svalidhup_ms": 200000, "restart_after_ms": 50000 } }],
          "s": [{
            "ws": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "r", "timeout_ms": 60000 },
            "raw": { "endpoint": "peer.test", "port": 81, "protocol": "raw", "retry": "r" },
            "h2": { "endpoint": "peer.test", "port": 82, "protocol": "h2", "http_method": "GET", "http_url": "/", "retry": "r" }
          }]
        }
        """;

    // Which test tries which row. A new row of the class needs a line here, and a test.
    private static readonly Dictionary<string, string> Tried = new(StringComparer.Ordinal)
    {
        ["svalidping"] = nameof(The_bound_on_silence_is_looked_at_again), ["svalidhup"] = nameof(The_bound_on_silence_is_looked_at_again),
        ["svalidping_ms"] = nameof(The_bound_on_silence_is_looked_at_again), ["svalidhup_ms"] = nameof(The_bound_on_silence_is_looked_at_again),
        ["restart_after_ms"] = nameof(A_restart_that_is_waited_for_comes_by_the_new_time),
        ["timeout_ms"] = nameof(A_timer_of_the_policy_runs_to_its_new_end),
        ["opportunistic"] = nameof(Whether_it_reconnects_is_asked_when_the_connection_ends),
        ["nailed_up"] = nameof(What_is_nailed_up_connects),
        ["governor_rate"] = nameof(The_budget_holds_for_those_who_wait), ["governor_burst"] = nameof(The_budget_holds_for_those_who_wait), ["governor_in_flight"] = nameof(The_budget_holds_for_those_who_wait),
        ["max_connections"] = "LiveListenerTests", ["max_connections_per_peer"] = "LiveListenerTests", ["max_streams"] = "LiveListenerTests", ["drain_timeout_ms"] = "LiveListenerTests",

        ["trial_seconds"] = "PolicyTrialTests", ["trial_connected"] = "PolicyTrialTests", ["trial_acked"] = "PolicyTrialTests",

        // SecureStreams.Testing acts on them, where a program asks for it.
        ["test_faults"] = "WireFaultTests", ["test_fault_seed"] = "WireFaultTests",

        // Of the document: what fetches it asks.
        ["policy_revision"] = "RemotePolicyTests", ["policy_expires"] = "RemotePolicyTests", ["policy_refresh_s"] = "RemotePolicyTests",
        ["policy_keys"] = "RemotePolicyTests", ["policy_signatures"] = "RemotePolicyTests",

        // Of the document: judged when it is loaded, and of no stream.
        ["release"] = "", ["product"] = "", ["schema-version"] = "",
    };

    [Fact]
    public void Every_live_attribute_that_is_acted_on_is_tried() =>
        Assert.Equal(
            PolicyAttributeTable.All.Where(static row => row is { Impact: PolicyImpact.Live, ActedOn: true }).Select(static row => row.Name).Distinct().Order(StringComparer.Ordinal),
            Tried.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("""{ "svalidping_ms": 1000, "svalidhup_ms": 2000 }""", 1, 2)]
    [InlineData("""{ "svalidping": 1, "svalidhup": 2, "svalidping_ms": null, "svalidhup_ms": null }""", 1, 2)]
    public async Task The_bound_on_silence_is_looked_at_again(string scheme, int ping, int hangup)
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler) = Connected(world, "ws");
        var peer = world.Peers[^1];
        peer.IsSilent = true;
        var update = world.Context.ApplyOverlay($$"""{ "retry": [{ "r": {{scheme}} }] }""");
        Assert.Equal(new SsPolicyEffect("ws", stream.Id, PolicyImpact.Live, SsPolicyAction.Live), Assert.Single(update.Effects));
        world.PassSeconds(ping);
        Assert.Equal(1, peer.Pings);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        world.PassSeconds(hangup - ping);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
        Assert.Contains("2 s", world.Context.Diagnostics.Find(handler.CauseOf(SsState.Disconnected).DetailId)!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(2)]
    public async Task Silence_that_is_too_long_for_the_new_bounds_is_asked_about_and_the_answer_has_the_time_that_they_leave_for_it(int silence)
    {
        const string Shorter = """{ "retry": [{ "r": { "svalidping_ms": 1000, "svalidhup_ms": 3000 } }] }""";
        await using var world = new CoreWorld(Policy);
        var (_, handler) = Connected(world, "ws");
        world.PassSeconds(silence);
        world.Do(() => world.Context.ApplyOverlay(Shorter, "shorter"));
        Assert.Equal(1, world.Peers[^1].Pings);
        world.PassSeconds(100);
        Assert.Equal("Creating Connecting Connected", handler.Story);

        // Who does not answer has gone.
        world.Do(() => world.Context.RemoveOverlay("shorter"));
        world.PassSeconds(silence);
        world.Peers[^1].IsSilent = true;
        var asked = world.Peers[^1].Pings;
        world.Do(() => world.Context.ApplyOverlay(Shorter, "shorter"));
        Assert.Equal(asked + 1, world.Peers[^1].Pings);
        world.PassSeconds(1);
        Assert.Equal("Creating Connecting Connected", handler.Story);

        // Another back-off is no excuse.
        world.Do(() => world.Context.ApplyOverlay("""{ "retry": [{ "r": { "backoff": [7777] } }] }""", "other"));
        world.PassSeconds(1);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Fact]
    public async Task A_request_of_h2_keeps_the_bounds_it_began_under_however_often_they_change()
    {
        await using var world = new CoreWorld(Policy);
        var (_, handler) = Connected(world, "h2");
        world.Peers[^1].IsSilent = true;
        world.PassSeconds(150);
        for (var edit = 1; edit <= 4; edit++)
        {
            world.Do(() => world.Context.ApplyOverlay($$"""{ "retry": [{ "r": { "svalidping_ms": {{edit}}000, "svalidhup_ms": {{120 + edit}}000 } }] }""", "other"));
            world.PassSeconds(10);
        }

        Assert.Equal("Creating Connecting Connected", handler.Story);
        world.PassSeconds(10);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
        Assert.Contains("200 s", world.Context.Diagnostics.Find(handler.CauseOf(SsState.Disconnected).DetailId)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bound_on_silence_that_is_taken_away_or_longer_keeps_the_connection()
    {
        await using var world = new CoreWorld(Policy);
        var (_, handler) = Connected(world, "ws");
        world.Peers[^1].IsSilent = true;
        world.PassSeconds(99);
        world.Do(() => world.Context.ApplyOverlay("""{ "retry": [{ "r": { "svalidhup_ms": 0 } }] }""", "none"));
        world.PassSeconds(1000);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        world.Do(() => world.Context.ApplyOverlay("""{ "retry": [{ "r": { "svalidping_ms": 1500000, "svalidhup_ms": 2000000 } }] }""", "none"));
        world.PassSeconds(800);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        world.PassSeconds(200);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
    }

    [Fact]
    public async Task A_timer_of_the_policy_runs_to_its_new_end()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler) = Connected(world, "ws");
        world.Do(() => stream.StartTimeout(SecureStream.FromPolicy));
        world.PassSeconds(10);
        world.Do(() => world.Context.ApplyOverlay("""{ "s": [{ "ws": { "timeout_ms": 15000 } }] }""", "t"));
        world.PassSeconds(4);
        Assert.DoesNotContain(SsState.Timeout, handler.States);
        world.PassSeconds(1);
        Assert.Equal(1, handler.States.Count(static one => one == SsState.Timeout));

        // One of the application's own is nobody else's, and one that the policy takes away does not fire.
        world.Do(() => stream.StartTimeout(TimeSpan.FromSeconds(30)));
        world.Do(() => world.Context.ApplyOverlay("""{ "s": [{ "ws": { "timeout_ms": 1 } }] }""", "t"));
        world.PassSeconds(29);
        Assert.Equal(1, handler.States.Count(static one => one == SsState.Timeout));
        world.PassSeconds(1);
        Assert.Equal(2, handler.States.Count(static one => one == SsState.Timeout));
        world.Do(() => world.Context.ApplyOverlay("""{ "s": [{ "ws": { "timeout_ms": 9000 } }] }""", "t"));
        world.Do(() => stream.StartTimeout(SecureStream.FromPolicy));
        world.Do(() => world.Context.ApplyOverlay("""{ "s": [{ "ws": { "timeout_ms": null } }] }""", "t"));
        world.PassSeconds(20);
        Assert.Equal(2, handler.States.Count(static one => one == SsState.Timeout));
    }

    [Fact]
    public async Task A_restart_that_is_waited_for_comes_by_the_new_time()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = world.Create("ws");
        world.Do(stream.Connect);
        world.PassSeconds(1);
        Assert.Equal(SsState.AllRetriesFailed, stream.State);
        world.PassSeconds(10);
        world.Do(() => world.Context.ApplyOverlay("""{ "retry": [{ "r": { "restart_after_ms": 12000 } }] }""", "t"));
        world.Play = static peer => peer.Accept();
        world.PassSeconds(1);
        Assert.Equal(2, world.Peers.Count);
        world.PassSeconds(1);
        Assert.Equal(SsState.Connected, stream.State);

        // And does not come when the policy does not want it any more.
        world.Play = static peer => peer.Close(CoreBench.Refused);
        world.Do(() => world.Peers[^1].Close(CoreBench.Reset));
        world.PassSeconds(3);
        Assert.Equal(SsState.AllRetriesFailed, stream.State);
        var attempts = world.Peers.Count;
        world.Do(() => world.Context.ApplyOverlay("""{ "retry": [{ "r": { "restart_after_ms": 0 } }] }""", "t"));
        world.PassSeconds(100);
        Assert.Equal(attempts, world.Peers.Count);
        Assert.Equal("idle until the application acts", stream.Explain().Now);
    }

    [Fact]
    public async Task Whether_it_reconnects_is_asked_when_the_connection_ends()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler) = Connected(world, "raw");
        world.Do(() => world.Context.ApplyOverlay("""{ "s": [{ "raw": { "opportunistic": true } }] }""", "t"));
        world.Do(() => world.Peers[^1].Close(CoreBench.Reset));
        Assert.Equal(SsNextAction.Idle, handler.CauseOf(SsState.Disconnected).NextAction);
        world.PassSeconds(10);
        Assert.Single(world.Peers);
    }

    [Fact]
    public async Task What_is_nailed_up_connects()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, _) = world.Create("raw");
        Assert.Empty(world.Peers);
        var update = world.Context.ApplyOverlay("""{ "s": [{ "raw": { "nailed_up": true } }] }""", "t");
        Assert.Equal(new SsPolicyEffect("raw", stream.Id, PolicyImpact.Live, SsPolicyAction.AttemptNow), Assert.Single(update.Effects));
        world.Run();
        Assert.Single(world.Peers);
    }

    [Fact]
    public async Task The_budget_holds_for_those_who_wait()
    {
        await using var world = new CoreWorld("""
            {
              "governor_rate": 1, "governor_burst": 1, "governor_in_flight": 1, "retry": [{ "r": { "backoff": [10], "conceal": 65535, "jitterpc": 0 } }],
              "s": [{ "raw": { "endpoint": "peer.test", "port": 81, "protocol": "raw", "retry": "r" } }]
            }
            """);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        for (var i = 0; i < 5; i++)
        {
            var (stream, _) = world.Create("raw");
            world.Do(stream.Connect);
        }

        world.PassSeconds(1);
        var before = world.Peers.Count;
        world.Play = null;

        // More at once: two of those who wait go now, and with more a minute the others follow.
        world.Do(() => world.Context.ApplyOverlay("""{ "governor_rate": 60, "governor_burst": 2, "governor_in_flight": 10 }"""));
        Assert.True(world.Peers.Count > before, $"{world.Peers.Count} attempts, as before");
        world.PassSeconds(5);
        Assert.True(world.Peers.Count >= before + 4, $"{world.Peers.Count} attempts, {before} before");
    }

    private static (SecureStream Stream, RecordingHandler Handler) Connected(CoreWorld world, string streamType)
    {
        var (stream, handler) = world.Create(streamType);
        world.Do(stream.Connect);
        world.Do(world.Peers[^1].Accept);
        Assert.Equal(SsState.Connected, stream.State);
        return (stream, handler);
    }
}
