using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using SecureStreams.Transports.WebSocket;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>A connection that ends badly while another takes its place: the handler is told of the change, and the operator of what may be lost.</summary>
public sealed class ReplacementLossTests
{
    private const string Policy = """
        { "retry": [{ "r": { "backoff": [1000], "conceal": 3, "jitterpc": 0, "svalidping": 10, "svalidhup": 15 } }],
          "s": [{ "x": { "endpoint": "peer.test", "port": 80, "protocol": "ws", "retry": "r" } }] }
        """;

    private const string Moved = """{ "s": [{ "x": { "port": 81 } }] }""";

    private static readonly TransportFailure Mute = new(SsPhase.Timeout, SsCauseCode.InactivityTimeout, "The peer took nothing.") { Endpoint = "peer.test:80" };

    [Theory]
    [InlineData("ws", "Creating Connecting Connected Disconnected Connecting Connected")]
    [InlineData("raw", "Creating Connecting Connected Disconnected Poll Connecting Connected")]
    public async Task The_reason_is_told_to_operators(string protocol, string story)
    {
        await using var world = new CoreWorld(Policy.Replace("\"ws\"", $"\"{protocol}\"", StringComparison.Ordinal));
        var (handler, old) = Connected(world);
        world.Do(() => world.Context.ApplyOverlay(Moved));
        if (world.Peers[^1] != old)
            world.Do(world.Peers[^1].Accept);
        Assert.True(old.IsAskedToFinish);
        world.Do(() => old.Close(Mute));
        if (handler.States[^1] != SsState.Connected)
            world.Do(world.Peers[^1].Accept);

        Assert.Equal(story, handler.Story);
        Assert.Equal(SsCauseCode.PolicyChanged, handler.CauseOf(SsState.Disconnected).Code);
        var detail = Assert.Single(world.Context.Diagnostics.Recent(), static one => one.Cause.Code == SsCauseCode.InactivityTimeout);
        Assert.Equal((SsPhase.Timeout, "peer.test:80"), (detail.Cause.Phase, detail.Endpoint));
        Assert.Contains("may be lost: The peer took nothing.", detail.Message, StringComparison.Ordinal);
        Assert.Contains(world.Log.Entries, entry => entry.Message.Contains(detail.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_breaks_off_is_told_although_that_is_an_end_by_the_peer_too()
    {
        await using var world = new CoreWorld(Policy);
        var (handler, old) = Connected(world);
        world.Do(() => world.Context.ApplyOverlay(Moved));
        world.Do(world.Peers[^1].Accept);
        world.Do(() => old.Close(WebSocketFailures.EndedMute(inMessage: false, "peer.test:80")));
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
        Assert.Equal(SsCauseCode.PolicyChanged, handler.CauseOf(SsState.Disconnected).Code);
        var detail = Assert.Single(world.Context.Diagnostics.Recent(), static one => one.Cause.Code == SsCauseCode.PeerClosed);
        Assert.Contains("may be lost: The peer ended the connection without a close frame.", detail.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("both ended")]
    [InlineData("close frame 1000")]
    [InlineData("close frame 1013")]
    [InlineData("the stream let go")]
    public async Task An_end_in_order_is_no_loss(string how)
    {
        await using var world = new CoreWorld(Policy);
        var (handler, old) = Connected(world);
        world.Do(() => world.Context.ApplyOverlay(Moved));
        world.Do(world.Peers[^1].Accept);
        world.Do(() => old.Close(how switch
        {
            "close frame 1000" => WebSocketFailures.PeerClosed(1000, default, inMessage: false, "peer.test:80"),
            "close frame 1013" => WebSocketFailures.PeerClosed(1013, default, inMessage: false, "peer.test:80"),
            "the stream let go" => new TransportFailure(SsPhase.Local, SsCauseCode.LocalDisconnect, "The stream let the connection go."),
            _ => null,
        }));
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
        Assert.Equal(SsCauseCode.PolicyChanged, Assert.Single(world.Context.Diagnostics.Recent()).Cause.Code);
    }

    [Fact]
    public async Task One_that_is_given_up_for_dead_meanwhile_is_told_too()
    {
        await using var world = new CoreWorld(Policy);
        var (handler, old) = Connected(world);
        old.IsSilent = true;
        world.Do(() => world.Context.ApplyOverlay(Moved));
        world.Do(world.Peers[^1].Accept);
        Assert.True(old.IsAskedToFinish);
        world.PassSeconds(16);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);
        Assert.Contains("may be lost", Assert.Single(world.Context.Diagnostics.Recent(), static one => one.Cause.Code == SsCauseCode.PeerUnresponsive).Message, StringComparison.Ordinal);
    }

    private static (RecordingHandler Handler, InMemoryPeer Peer) Connected(CoreWorld world)
    {
        var (stream, handler) = world.Create("x");
        world.Do(stream.Connect);
        var peer = world.Peers[^1];
        peer.FinishesLate = true;
        world.Do(peer.Accept);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        return (handler, peer);
    }
}
