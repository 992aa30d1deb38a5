using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>Whether and when another attempt follows is asked of the policy in force, whichever the connection or attempt was made under that has ended.</summary>
public sealed class LiveRetryTests
{
    private const string Policy = """
        {
          "retry": [{ "r": { "backoff": [1000], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{
            "ws": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "ws_subprotocol": "" },
            "raw": { "endpoint": "peer.test", "port": 81, "protocol": "raw" },
            "mqtt": { "endpoint": "peer.test", "port": 82, "protocol": "mqtt", "mqtt_topic": "t" },
            "h1": { "endpoint": "peer.test", "port": 83, "protocol": "h1", "http_method": "GET", "http_url": "/" },
            "h2": { "endpoint": "peer.test", "port": 84, "protocol": "h2", "http_method": "GET", "http_url": "/" }
          }]
        }
        """;

    [Theory]
    [InlineData("ws")]
    [InlineData("raw")]
    [InlineData("mqtt")]
    public async Task One_that_is_added_counts_when_the_connection_is_lost(string protocol)
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler) = Connected(world, protocol);
        var update = world.Context.ApplyOverlay(Retry(protocol, "\"r\""));
        Assert.Equal(new SsPolicyEffect(protocol, stream.Id, PolicyImpact.NextAttempt, SsPolicyAction.NextAttempt), Assert.Single(update.Effects));
        world.Do(() => world.Peers[^1].Close(CoreBench.Reset));
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsNextAction.Retry, TimeSpan.FromSeconds(1), true), (cause.NextAction, cause.NextDelay, cause.Concealed));
        world.Play = static peer => peer.Accept();
        world.PassSeconds(1);
        Assert.Equal("Creating Connecting Connected Disconnected Poll Connecting Connected", handler.Story);
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("raw")]
    [InlineData("mqtt")]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task One_that_is_added_counts_when_the_attempt_fails(string protocol)
    {
        await using var world = new CoreWorld(Policy);
        var (stream, handler) = world.Create(protocol);
        world.Do(stream.Connect);
        world.Do(() => world.Context.ApplyOverlay(Retry(protocol, "\"r\"")));
        world.Do(() => world.Peers[^1].Close(CoreBench.Refused));
        Assert.Equal(SsNextAction.Retry, handler.CauseOf(SsState.Unreachable).NextAction);
        world.Play = static peer => peer.Accept();
        world.PassSeconds(1);
        Assert.Equal("Creating Connecting Unreachable Poll Connecting Connected", handler.Story);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task One_that_is_added_counts_for_an_answer_that_is_cut_short(string protocol)
    {
        await using var world = new CoreWorld(Policy);
        var (_, handler) = Connected(world, protocol);
        world.Do(() => world.Context.ApplyOverlay(Retry(protocol, "\"r\"")));
        world.Do(() => world.Peers[^1].Close(CoreBench.Reset));
        Assert.Equal(SsNextAction.Retry, handler.CauseOf(SsState.Disconnected).NextAction);
        world.PassSeconds(1);
        Assert.Equal(2, world.Peers.Count);
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("raw")]
    [InlineData("mqtt")]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task One_that_is_taken_away_does_not_count_any_more(string protocol)
    {
        await using var world = new CoreWorld(Policy);
        world.Do(() => world.Context.ApplyOverlay(Retry(protocol, "\"r\""), "retry"));
        var (stream, handler) = Connected(world, protocol);
        world.Do(() => world.Context.RemoveOverlay("retry"));
        world.Do(() => world.Peers[^1].Close(CoreBench.Reset));
        Assert.Equal("Creating Connecting Connected Disconnected Unreachable AllRetriesFailed", handler.Story);
        Assert.Equal(SsNextAction.Idle, handler.CauseOf(SsState.Disconnected).NextAction);
        world.PassSeconds(100);
        Assert.Single(world.Peers);
        Assert.Equal("idle until the application acts", stream.Explain().Now);
    }

    [Fact]
    public async Task What_is_waited_for_when_it_is_taken_away_is_tried_and_is_the_last()
    {
        await using var world = new CoreWorld(Policy);
        world.Do(() => world.Context.ApplyOverlay(Retry("ws", "\"r\""), "retry"));
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = world.Create("ws");
        world.Do(stream.Connect);
        world.Do(() => world.Context.RemoveOverlay("retry"));
        Assert.Equal("Creating Connecting Unreachable", handler.Story);
        world.PassSeconds(1);
        Assert.Equal("Creating Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed", handler.Story);
        world.PassSeconds(100);
        Assert.Equal(2, world.Peers.Count);
    }

    [Fact]
    public async Task Another_table_counts_from_the_next_loss_on()
    {
        await using var world = new CoreWorld(Policy);
        world.Do(() => world.Context.ApplyOverlay(Retry("raw", "\"r\""), "retry"));
        var (_, handler) = Connected(world, "raw");
        world.Do(() => world.Context.ApplyOverlay("""{ "retry": [{ "r": { "backoff": [5000], "conceal": 1 } }] }""", "table"));
        world.Do(() => world.Peers[^1].Close(CoreBench.Reset));
        Assert.Equal(TimeSpan.FromSeconds(5), handler.CauseOf(SsState.Disconnected).NextDelay);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        world.PassSeconds(5);
        Assert.Equal(2, world.Peers.Count);
        world.PassSeconds(5);
        Assert.Equal(3, world.Peers.Count);
        Assert.Equal(SsState.AllRetriesFailed, handler.States[^1]);
    }

    private static string Retry(string streamType, string retry) => $$"""{ "s": [{ "{{streamType}}": { "retry": {{retry}} } }] }""";

    private static (SecureStream Stream, RecordingHandler Handler) Connected(CoreWorld world, string streamType)
    {
        var (stream, handler) = world.Create(streamType);
        world.Do(stream.Connect);
        world.Do(world.Peers[^1].Accept);
        Assert.Equal(SsState.Connected, stream.State);
        return (stream, handler);
    }
}
