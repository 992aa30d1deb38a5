using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Tests.Telemetry;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>A policy that changes under streams of every phase: what each does, and that who is not touched notices nothing.</summary>
public sealed class LivePolicyTests
{
    private const string Policy = """
        {
          "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 0 } }],
          "s": [{
            "ws": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "default" },
            "other": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "", "retry": "default" },
            "raw": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "retry": "default" },
            "http": { "endpoint": "peer.test", "port": 80, "protocol": "h1", "http_method": "GET", "http_url": "/", "retry": "default", "timeout_ms": 1500 },
            "up": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "nailed_up": true }
          }]
        }
        """;

    [Fact]
    public async Task A_replacement_is_made_before_the_connection_ends_and_the_handler_sees_no_gap()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler, old) = Connected(world, "ws");
        var (_, untouched, _) = Connected(world, "other");
        old.FinishesLate = true;

        var update = world.Context.ApplyOverlay(Port("ws", 81));
        Assert.Equal([new SsPolicyEffect("ws", stream.Id, PolicyImpact.Reconnect, SsPolicyAction.Replace)], update.Effects);
        Assert.Equal(1, update.Touched[PolicyImpact.Reconnect]);
        var next = Next(world);
        Assert.Equal(81, next.Policy.Port);
        Assert.False(old.IsAskedToFinish);

        // Until it can be used, everything goes over the one there is.
        Send(world, stream, handler, "before");
        old.Send("down"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
        Receives(world, handler, 4);
        Assert.Contains("is being made", stream.Explain().Now, StringComparison.Ordinal);

        next.Send("early"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
        next.Accept();
        next.Send("new"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
        world.Run();
        Assert.True(old.IsAskedToFinish);
        Assert.Equal("Creating Connecting Connected", handler.Story);

        // What the peer still had to say comes first.
        old.Send("last"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
        Receives(world, handler, 8);
        old.Close(null);
        Reaches(world, handler, SsState.Connected, 2);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Update, SsCauseCode.PolicyChanged, SsNextAction.Retry, TimeSpan.Zero), (cause.Phase, cause.Code, cause.NextAction, cause.NextDelay));
        Receives(world, handler, 8 + 3 + 5);
        Assert.Equal("downlastearlynew", Encoding.UTF8.GetString(handler.Received));
        Send(world, stream, handler, "after");
        Assert.Equal("before", TextOf(old));
        Assert.Equal("after", TextOf(next));
        world.Run();
        Assert.True(old.Ended.IsCompleted);
        Assert.Equal("Creating Connecting Connected", untouched.Story);
        Assert.Equal("connected", stream.Explain().Now);
        Assert.Equal(3, world.Network.Attempts);
    }

    [Fact]
    public async Task A_replacement_is_not_taken_for_dead_because_of_the_time_in_which_it_was_not_read()
    {
        await using var world = new CoreWorld(Policy.Replace("\"jitterpc\": 0", "\"jitterpc\": 0, \"svalidping\": 10, \"svalidhup\": 15", StringComparison.Ordinal));
        var (_, handler, old) = Connected(world, "ws");
        old.FinishesLate = true;
        world.Context.ApplyOverlay(Port("ws", 81));
        var next = Next(world);
        next.Accept();
        world.PassSeconds(14);
        old.Close(null);
        Reaches(world, handler, SsState.Connected, 2);
        Assert.Equal(0, next.Pings);
        world.PassSeconds(14.999);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
        Assert.Equal(1, next.Pings);

        // Asked in time, it answers for ever.
        world.PassSeconds(600);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task A_replacement_that_cannot_be_had_leaves_the_connection_there_is_and_is_tried_again()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler, old) = Connected(world, "ws");
        world.Context.ApplyOverlay(Port("ws", 81), "move");
        (Next(world)).Close(CoreBench.Refused);
        world.Run();
        Assert.Contains("could not be had: Nobody listens.", stream.Explain().Now, StringComparison.Ordinal);
        Send(world, stream, handler, "still");
        world.PassSeconds(1);
        (Next(world)).Close(CoreBench.Refused);
        world.PassSeconds(2);
        (Next(world)).Accept();
        Reaches(world, handler, SsState.Connected, 2);
        Assert.Equal("still", TextOf(old));

        // Back again, and given up halfway: the change that takes it back leaves everything as it is.
        world.Context.RemoveOverlay("move");
        var back = Next(world);
        var undone = world.Context.ApplyOverlay(Port("ws", 81), "move");
        Assert.Equal(SsPolicyAction.Live, Assert.Single(undone.Effects).Action);
        world.Run();
        Assert.True(back.Ended.IsCompleted);
        Assert.Equal(2, handler.States.Count(static one => one == SsState.Connected));
    }

    [Fact]
    public async Task Without_leave_of_the_handler_a_raw_connection_ends_first()
    {
        await using var world = new CoreWorld(Policy);
        var (_, handler, old) = Connected(world, "raw");
        old.FinishesLate = true;
        var update = world.Context.ApplyOverlay(Port("raw", 81));
        Assert.Equal(SsPolicyAction.Reconnect, Assert.Single(update.Effects).Action);
        old.Send("last"u8.ToArray(), SsRxFlags.None);
        Receives(world, handler, 4);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        Assert.Equal(1, world.Network.Attempts);
        old.Close(null);
        (Next(world)).Accept();
        Reaches(world, handler, SsState.Connected, 2);
        Assert.Equal("Creating Connecting Connected Disconnected Poll Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task With_leave_of_the_handler_it_is_replaced()
    {
        await using var world = new CoreWorld(Policy);
        var handler = new RecordingHandler { MayOverlap = true };
        var stream = world.Context.Create("raw", handler);
        stream.Connect();
        (Next(world)).Accept();
        Reaches(world, handler, SsState.Connected, 1);
        Assert.Equal(SsPolicyAction.Replace, Assert.Single(world.Context.ApplyOverlay(Port("raw", 81)).Effects).Action);
        (Next(world)).Accept();
        Reaches(world, handler, SsState.Connected, 2);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task A_request_ends_under_the_policy_it_began_with()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler, peer) = Connected(world, "http");
        Assert.Equal(SsPolicyAction.AfterTransaction, Assert.Single(world.Context.ApplyOverlay(Port("http", 81)).Effects).Action);
        peer.Send("answer"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
        peer.Acknowledge(true, 200);
        peer.Close(null);
        Reaches(world, handler, SsState.Disconnected, 1);
        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        stream.Connect();
        Assert.Equal(81, (Next(world)).Policy.Port);
    }

    [Fact]
    public async Task Who_waits_or_is_attempting_begins_anew_at_once_and_keeps_its_count()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler) = world.Create("ws");
        stream.Connect();
        (Next(world)).Close(CoreBench.Refused);
        world.Run();
        Assert.Equal(SsPolicyAction.AttemptNow, Assert.Single(world.Context.ApplyOverlay(Port("ws", 81), "x").Effects).Action);
        var attempt = Next(world);
        Assert.Equal(81, attempt.Policy.Port);
        Reaches(world, handler, SsState.Connecting, 2);

        Assert.Equal(SsPolicyAction.AttemptNow, Assert.Single(world.Context.ApplyOverlay(Port("ws", 82), "x").Effects).Action);
        world.Run();
        Assert.True(attempt.Ended.IsCompleted);
        var last = Next(world);
        Assert.Equal(82, last.Policy.Port);
        last.Close(CoreBench.Refused);
        world.PassSeconds(2);
        (Next(world)).Accept();
        Reaches(world, handler, SsState.Connected, 1);
        Assert.Equal("Creating Connecting Unreachable Poll Connecting Connecting Unreachable Poll Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task A_streamtype_that_is_to_stand_gets_another_chance_and_one_that_is_made_so_connects()
    {
        await using var world = new CoreWorld(Policy);
        var (_, handler) = world.Create("up");
        (Next(world)).Close(CoreBench.Refused);
        Reaches(world, handler, SsState.AllRetriesFailed, 1);
        Assert.Equal(SsPolicyAction.AttemptNow, Assert.Single(world.Context.ApplyOverlay(Port("up", 81)).Effects).Action);
        (Next(world)).Accept();
        Reaches(world, handler, SsState.Connected, 1);

        var (_, idle) = world.Create("ws");
        Assert.Equal(SsPolicyAction.NextAttempt, Assert.Single(world.Context.ApplyOverlay(Port("ws", 82)).Effects).Action);
        Assert.Equal(SsPolicyAction.AttemptNow, Assert.Single(world.Context.ApplyOverlay("""{ "s": [{ "ws": { "nailed_up": true } }] }""").Effects).Action);
        (Next(world)).Accept();
        Reaches(world, idle, SsState.Connected, 1);
    }

    [Fact]
    public async Task A_bad_policy_changes_nothing_and_says_why()
    {
        await using var world = new CoreWorld(Policy);
        var (_, handler, _) = Connected(world, "ws");
        var before = world.Context.Policy;
        foreach (var bad in new[] { "", "{", """{ "s": [{ "ws": { "port": 70000 } }] }""", """{ "product": 1 }""" })
        {
            var update = world.Context.UpdatePolicy(bad);
            Assert.False(update.Applied);
            Assert.NotEmpty(update.Diagnostics);
            Assert.Contains("cannot be used", update.Refusal, StringComparison.Ordinal);
            Assert.Empty(update.Effects);
            Assert.Throws<SsPolicyException>(update.EnsureNotRefused);
        }

        Assert.Contains("cannot be read", world.Context.UpdatePolicyFromFiles("/nowhere/policy.json").Refusal, StringComparison.Ordinal);
        Assert.Same(before, world.Context.Policy);
        Assert.Equal(0, world.Context.PolicyRevision);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        Assert.Equal(5, world.Log.Entries.Count(static entry => entry.Id.Id == 1103));
    }

    [Fact]
    public async Task A_policy_may_come_in_pieces_and_counts_when_it_is_whole()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, _, _) = Connected(world, "ws");
        var text = Encoding.UTF8.GetBytes(Policy.Replace("\"port\": 80, \"protocol\": \"ws\"", "\"port\": 81, \"protocol\": \"ws\"", StringComparison.Ordinal));
        var feed = world.Context.BeginPolicyUpdate("remote");
        foreach (var one in text)
            feed.Append([one]);
        Assert.Equal(80, world.Context.Policy.StreamTypes["ws"].Port);
        var update = feed.Complete();
        Assert.True(update.Applied, update.Refusal);
        Assert.Equal(("remote", 1), (update.Overlay, update.Revision));
        Assert.Equal(["other", "ws"], update.Changed);
        Assert.Equal(stream.Id, Assert.Single(update.Effects).StreamId);
        Assert.Throws<InvalidOperationException>(() => feed.Append("x"u8));
        Assert.Throws<InvalidOperationException>(() => feed.Complete());

        var half = world.Context.BeginOverlay("half");
        half.Append("{ \"s\": [{ \"ws\""u8);
        Assert.NotNull(half.Complete().Refusal);
        var large = world.Context.BeginOverlay("large");
        large.Append(new byte[SsContextExtensions.LargestPolicyBytes]);
        Assert.Throws<SsPolicyException>(() => large.Append("x"u8));
        Assert.Empty(world.Context.AppliedOverlays);
        (Next(world)).Accept();
    }

    [Fact]
    public async Task Overlays_stay_over_a_new_base_and_a_model_has_no_place_for_them()
    {
        await using var world = new CoreWorld(Policy);
        world.Context.ApplyOverlay(Port("ws", 90), "site");
        var update = world.Context.UpdatePolicy(Policy.Replace("\"port\": 80", "\"port\": 85", StringComparison.Ordinal));
        Assert.Equal(["http", "other", "raw", "up"], update.Changed);
        Assert.Equal(90, world.Context.Policy.StreamTypes["ws"].Port);
        var model = PolicyLoader.Load(Encoding.UTF8.GetBytes(Policy), "policy").Model!;
        Assert.Contains("site", world.Context.UpdatePolicy(model).Refusal, StringComparison.Ordinal);
        world.Context.RemoveOverlay("site");
        Assert.Equal(5, world.Context.UpdatePolicy(model).Changed.Count);
        Assert.Contains("FromFile", world.Context.ApplyOverlay("{}").Refusal, StringComparison.Ordinal);
        Assert.True(world.Context.UpdatePolicy(Policy).Applied);
        Assert.True(world.Context.ApplyOverlay("{}").Applied);
    }

    [Fact]
    public async Task A_plan_says_it_and_changes_nothing()
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler, _) = Connected(world, "ws");
        var plan = world.Context.PlanOverlay(PolicyDocument.FromJson(Port("ws", 81), "move"));
        Assert.Equal([new SsPolicyEffect("ws", stream.Id, PolicyImpact.Reconnect, SsPolicyAction.Replace)], plan.Effects);
        Assert.False(plan.Applied);
        Assert.Null(plan.Refusal);
        Assert.Equal("plan over revision 0 for 'move': 1 changed, 0 added, 0 removed", plan.ToString());
        Assert.Equal(0, world.Context.PolicyRevision);
        Assert.NotNull(world.Context.Plan("{").Refusal);
        Assert.Null(world.Context.PlanWithoutOverlay("move"));
        Assert.Equal(SsPolicyAction.End, Assert.Single(world.Context.Plan("""{ "s": [{ "x": { "endpoint": "x.test", "protocol": "raw", "port": 1 } }] }""").Effects).Action);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        Assert.DoesNotContain(world.Log.Entries, static entry => entry.Id.Id is 1102 or 1103);
        Assert.Equal(1, world.Network.Attempts);
    }

    [Fact]
    public async Task Changes_are_counted()
    {
        using var meters = new MeterProbe();
        await using var bench = new CoreBench(Policy, meters: meters);
        meters.Listen();
        var (stream, handler) = bench.Create("ws");
        stream.Connect();
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected);
        bench.Context.ApplyOverlay("{");
        bench.Context.ApplyOverlay(Port("ws", 81));
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.Equal(["ss.outcome=applied: 1", "ss.outcome=refused: 1"], meters.SumsOf("ss.policy.updates").Order());
        Assert.Equal(["ss.action=Replace ss.streamtype=ws: 1"], meters.SumsOf("ss.policy.actions"));
        Assert.EndsWith(": 1", Assert.Single(meters.Read("ss.policy.revision")), StringComparison.Ordinal);
    }

    private static string Port(string streamType, int port) => $$"""{ "s": [{ "{{streamType}}": { "port": {{port}} } }] }""";

    private static (SecureStream Stream, RecordingHandler Handler, InMemoryPeer Peer) Connected(CoreWorld world, string streamType)
    {
        var (stream, handler) = world.Create(streamType);
        world.Do(stream.Connect);
        var peer = Next(world);
        peer.Accept();
        Reaches(world, handler, SsState.Connected, 1);
        return (stream, handler, peer);
    }

    private static InMemoryPeer Next(CoreWorld world)
    {
        world.Run();
        return world.Peers[^1];
    }

    private static void Reaches(CoreWorld world, RecordingHandler handler, SsState state, int times)
    {
        world.Run();
        Assert.Equal(times, handler.States.Count(one => one == state));
    }

    private static void Receives(CoreWorld world, RecordingHandler handler, long bytes)
    {
        world.Run();
        Assert.Equal(bytes, handler.ReceivedLength);
    }

    private static void Send(CoreWorld world, SecureStream stream, RecordingHandler handler, string text)
    {
        handler.OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Commit(Encoding.UTF8.GetBytes(text, tx.Buffer), SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        world.Do(stream.RequestTransmit);
    }

    private static string TextOf(InMemoryPeer peer) => string.Concat(peer.Sent.Select(static one => Encoding.UTF8.GetString(one.Payload)));
}
