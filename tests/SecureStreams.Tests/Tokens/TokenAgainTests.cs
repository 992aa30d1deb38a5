using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>A request that is made again with another token goes on from what the application has asked for meanwhile.</summary>
public sealed class TokenAgainTests
{
    private static readonly TransportFailure Refused = new(SsPhase.Peer, SsCauseCode.PeerRefused, "The peer refused.") { Status = 401 };

    [Fact]
    public async Task What_was_resumed_while_the_first_was_under_way_is_not_paused_for_ever()
    {
        await using var world = new TokenWorld();
        var (stream, handler, requests) = Hold(world);
        world.World.Do(stream.PauseReceive);
        world.World.Do(stream.Connect);
        Assert.True(Assert.Single(requests).Setup.ReceivePaused);

        world.World.Do(stream.ResumeReceive);
        Refuse(world, requests);
        world.World.Do(() => TokenWorld.Answer(requests[1], 200, "body"));
        Assert.Equal(("body", SsState.Disconnected), (handler.ReceivedText, handler.States[^1]));
    }

    [Fact]
    public async Task What_was_paused_while_the_first_was_under_way_is_paused_in_the_second()
    {
        await using var world = new TokenWorld();
        var (stream, handler, requests) = Hold(world);
        world.World.Do(stream.Connect);
        Assert.False(Assert.Single(requests).Setup.ReceivePaused);

        world.World.Do(stream.PauseReceive);
        Refuse(world, requests);
        world.World.Do(() => TokenWorld.Answer(requests[1], 200, "body"));
        Assert.Equal("", handler.ReceivedText);

        world.World.Do(stream.ResumeReceive);
        Assert.Equal(("body", SsState.Disconnected), (handler.ReceivedText, handler.States[^1]));
    }

    [Fact]
    public async Task A_length_that_was_announced_while_the_first_was_under_way_is_that_of_the_second()
    {
        await using var world = new TokenWorld();
        var (stream, _, requests) = Hold(world);
        world.World.Do(stream.Connect);
        Assert.Null(Assert.Single(requests).Setup.TransmitLength);

        world.World.Do(() => stream.RequestTransmit(5));
        Refuse(world, requests);
        Assert.Equal(5, requests[1].Setup.TransmitLength);
    }

    /// <summary>The first request's token is refused; some time later, since one that was fetched just now is not fetched again.</summary>
    private static void Refuse(TokenWorld world, List<InMemoryPeer> requests)
    {
        world.World.PassSeconds(60);
        world.World.Do(() => requests[0].Close(Refused));
        Assert.Equal((2, 2), (world.Fetches, requests.Count));
    }

    /// <summary>A stream whose requests wait for what the test does with them.</summary>
    private static (SecureStream Stream, RecordingHandler Handler, List<InMemoryPeer> Requests) Hold(TokenWorld world)
    {
        var requests = new List<InMemoryPeer>();
        var play = world.World.Play!;
        world.World.Play = peer =>
        {
            if (peer.Policy.Name == "fetch")
                play(peer);
            else
                requests.Add(peer);
        };
        var (stream, handler) = world.World.Create("get");
        return (stream, handler, requests);
    }
}
