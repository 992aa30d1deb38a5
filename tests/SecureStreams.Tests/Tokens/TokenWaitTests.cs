using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>What <c>Explain()</c> says of a stream that waits for its token.</summary>
public sealed class TokenWaitTests
{
    private static readonly TransportFailure Down = new(SsPhase.Connect, SsCauseCode.ConnectionRefused, "Nobody listens.");

    [Fact]
    public async Task It_names_the_token_and_who_fetches_it_until_it_is_there()
    {
        await using var world = new TokenWorld();
        world.Trouble = static _ => { };
        var (stream, _) = world.Connect("link");
        Assert.Equal(SsState.Connecting, stream.State);
        Assert.Equal("waits for the token of scheme 'a', which streamtype 'fetch' fetches; no attempt of that has failed", stream.Explain().Now);
        world.World.Do(() => world.Give(world.World.Peers[0]));
        Assert.Equal("connected", stream.Explain().Now);
    }

    [Fact]
    public async Task It_says_why_the_last_attempt_to_fetch_it_failed()
    {
        await using var world = new TokenWorld(fetcher: ", \"retry\": \"few\"");
        world.Trouble = static peer => peer.Close(Down);
        var (stream, _) = world.Connect("get");
        Assert.Equal(SsState.Connecting, stream.State);
        var now = stream.Explain().Now;
        Assert.StartsWith("waits for the token of scheme 'a', which streamtype 'fetch' fetches; the last failure of that: Connect/ConnectionRefused: ", now, StringComparison.Ordinal);
        Assert.Contains("Nobody listens", now, StringComparison.Ordinal);
        Assert.DoesNotContain("root-secret", now, StringComparison.Ordinal);

        // The next attempt is under way, and nothing is known of it: what is known stays told.
        world.Trouble = static _ => { };
        world.World.PassSeconds(1);
        Assert.Equal(2, world.Fetches);
        Assert.Equal(now, stream.Explain().Now);
        world.World.Do(() => world.Give(world.World.Peers[^1]));
        Assert.Equal("idle until the application acts", stream.Explain().Now);
    }

    [Fact]
    public async Task With_the_token_it_says_again_what_it_does()
    {
        await using var world = new TokenWorld();
        var play = world.World.Play!;
        world.World.Play = peer =>
        {
            // The peer itself hangs.
            if (peer.Policy.Name == "fetch")
                play(peer);
        };
        var (stream, _) = world.Connect("link");
        Assert.Equal((SsState.Connecting, "connecting"), (stream.State, stream.Explain().Now));
    }

    [Fact]
    public async Task A_request_that_waited_for_it_is_watched_for_silence_from_then_on()
    {
        const string Poll = """, "poll": { "endpoint": "peer.test", "port": 1, "protocol": "h2", "http_method": "GET", "http_url": "/", "long_poll": true, "use_auth": "a", "http_auth_header": "authorization:", "retry": "r" }""";
        await using var world = new TokenWorld(policy: TokenWorld.Policy(more: Poll));
        world.Trouble = static _ => { };
        var play = world.World.Play!;
        world.World.Play = peer =>
        {
            if (peer.Policy.Name == "fetch")
            {
                play(peer);
                return;
            }

            // It says nothing any more after its head.
            peer.IsSilent = true;
            peer.Accept();
        };
        var (_, handler) = world.Connect("poll");
        world.World.PassSeconds(5);
        world.World.Do(() => world.Give(world.World.Peers[0]));
        world.World.PassSeconds(49);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        world.World.PassSeconds(1);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
    }
}
