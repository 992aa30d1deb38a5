using SecureStreams.Policy;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>Streams under the governor: what draws from the budget, what does not, and what a stream that waits for its turn may do.</summary>
public sealed class GovernedStreamsTests
{
    private const string Policy = """
        {
          "governor_rate": 60, "governor_burst": 2, "governor_in_flight": 2,
          "retry": [{ "r": { "backoff": [100], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{
            "link": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "r" },
            "other": { "endpoint": "other.test", "port": 1, "protocol": "raw", "retry": "r" }
          }]
        }
        """;

    [Fact]
    public async Task First_attempts_to_a_peer_that_is_well_are_free()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var streams = Enumerable.Range(0, 50).Select(_ => world.Create("link").Stream).ToList();

        foreach (var stream in streams)
            world.Do(stream.Connect);

        Assert.All(streams, static stream => Assert.Equal(SsState.Connected, stream.State));
    }

    [Fact]
    public async Task Retries_of_all_streams_share_the_budget_and_another_peer_has_its_own()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var streams = Enumerable.Range(0, 20).Select(_ => world.Create("link").Stream).ToList();
        world.Do(streams[0].Connect);
        foreach (var stream in streams.Skip(1))
            world.Do(stream.Connect);

        // The first attempt told that the peer fails; two more are the burst.
        Assert.Equal(3, world.Peers.Count);
        world.PassSeconds(60);
        Assert.InRange(world.Peers.Count, 61, 63);

        var (other, _) = world.Create("other");
        var before = world.Peers.Count;
        world.Do(other.Connect);
        Assert.Equal(before + 1, world.Peers.Count);
    }

    [Fact]
    public async Task When_the_peer_is_back_all_streams_get_their_connection_within_the_budget()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var streams = Enumerable.Range(0, 30).Select(_ => world.Create("link").Stream).ToList();
        foreach (var stream in streams)
            world.Do(stream.Connect);
        foreach (var peer in world.Peers.ToList())
            peer.Close(CoreBench.Reset);
        world.Run();

        world.PassSeconds(0.1);
        Assert.Equal(32, world.Peers.Count);
        world.PassSeconds(28);
        Assert.Equal(60, world.Peers.Count);
        Assert.All(streams, static stream => Assert.Equal(SsState.Connected, stream.State));
    }

    [Fact]
    public async Task Another_port_from_metadata_is_another_peer()
    {
        await using var world = new CoreWorld("""
            {
              "governor_rate": 1, "governor_burst": 1, "governor_in_flight": 1,
              "s": [{ "link": { "endpoint": "peer.test", "port": 1, "port_metadata": "p", "protocol": "raw", "metadata": [{ "p": "" }] } }]
            }
            """);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = world.Create("link");

        // Two attempts are what the one peer is worth: the first is free, the second is the burst.
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            world.Do(() => stream.SetMetadata("p", "1001"));
            world.Do(stream.Connect);
        }

        Assert.Equal(2, world.Peers.Count);
        Assert.Contains("governor", stream.Explain().Now, StringComparison.Ordinal);
        world.Do(stream.Disconnect);
        world.Do(() => stream.SetMetadata("p", "1002"));
        world.Play = static peer => peer.Accept();
        world.Do(stream.Connect);
        Assert.Equal(SsState.Connected, stream.State);

        // And that one was well says nothing of the other.
        world.Do(stream.Disconnect);
        world.Do(() => stream.SetMetadata("p", "1001"));
        world.Do(stream.Connect);
        Assert.Equal(3, world.Peers.Count);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_stream_that_waits_for_its_turn_can_give_up_and_says_what_it_waits_for()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var busy = Enumerable.Range(0, 5).Select(_ => world.Create("link").Stream).ToList();
        foreach (var stream in busy)
            world.Do(stream.Connect);
        var (late, handler) = world.Create("link");
        world.Do(late.Connect);

        Assert.Equal("Creating", handler.Story);
        Assert.Contains("governor", late.Explain().Now, StringComparison.Ordinal);

        world.Do(late.Disconnect);
        world.PassSeconds(30);
        Assert.Equal("Creating", handler.Story);

        world.Do(late.Connect);
        world.Do(() => late.DisposeAsync().AsTask());
        Assert.Equal("Creating Destroying", handler.Story);
    }

    [Fact]
    public async Task Connect_again_while_waiting_keeps_the_place_in_the_queue()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        for (var i = 0; i < 3; i++)
            world.Do(world.Create("link").Stream.Connect);
        var (first, firstHandler) = world.Create("link");
        var (second, secondHandler) = world.Create("link");
        world.Do(first.Connect);
        world.Do(second.Connect);

        world.Do(first.Connect);
        while (!firstHandler.States.Contains(SsState.Connecting))
        {
            Assert.DoesNotContain(SsState.Connecting, secondHandler.States);
            world.Pass(TimeSpan.FromMilliseconds(100));
        }
    }

    [Fact]
    public async Task An_attempt_that_never_ends_holds_its_place_and_no_other()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var streams = Enumerable.Range(0, 4).Select(_ => world.Create("link").Stream).ToList();
        world.Do(streams[0].Connect);
        world.Play = static _ => { };
        foreach (var stream in streams.Skip(1))
            world.Do(stream.Connect);
        world.PassSeconds(3600);
        Assert.Equal(3, world.Peers.Count);

        world.Peers[1].Accept();
        world.Run();
        Assert.Equal(4, world.Peers.Count);
    }

    [Fact]
    public async Task An_attempt_that_an_overlay_sent_elsewhere_while_it_waited_says_nothing_of_the_peer_it_waited_for()
    {
        await using var world = new CoreWorld("""
            {
              "governor_rate": 6, "governor_burst": 1, "governor_in_flight": 5,
              "retry": [{ "r": { "backoff": [100], "conceal": 65535, "jitterpc": 0 } }],
              "s": [{
                "moves": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "r" },
                "stays": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "r" }
              }]
            }
            """);
        world.Play = static peer =>
        {
            if (peer.Policy.Port == 1)
                peer.Close(CoreBench.Refused);
            else
                peer.Accept();
        };
        var (moves, _) = world.Create("moves");
        world.Do(moves.Connect);
        world.PassSeconds(1);
        Assert.StartsWith("waits for its turn", moves.Explain().Now, StringComparison.Ordinal);

        world.Context.ApplyOverlay("""{ "s": [{ "moves": { "port": 2 } }] }""", "elsewhere");
        world.PassSeconds(1);
        Assert.Equal(SsState.Connected, moves.State);

        // The peer it left still fails, as far as anybody knows: another stream has to wait for its turn.
        var (stays, _) = world.Create("stays");
        var attempts = world.Peers.Count;
        world.Do(stays.Connect);
        Assert.Equal(attempts, world.Peers.Count);
    }
}
