using SecureStreams.Tests.Tokens;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>System state Auth1 of contexts that fetch tokens at their start: what it waits for, and for how long. In memory, on virtual time.</summary>
public sealed class AuthStateTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task It_comes_when_the_token_has_come_and_streams_have_it_then()
    {
        await using var world = new TokenWorld(more: AtStart);
        world.Trouble = static _ => { };
        world.World.PassSeconds(6.999);
        Assert.Equal((SsSystemState.PolicyValid, 1), (world.World.Context.SystemState, world.Fetches));
        await using var states = new StateWatch(world.World.Context);

        world.World.Do(() => world.Give(world.World.Peers[0]));
        Assert.Equal([SsSystemState.PolicyValid, SsSystemState.Auth1, SsSystemState.Operational], await states.UntilAsync(SsSystemState.Operational));
        world.Trouble = null;
        Assert.Contains(SsState.QosAckRemote, world.Connect("get").Handler.States);
        Assert.Equal((1, 1, 0), (world.Fetches, world.Requests, world.Refusals));
    }

    [Fact]
    public async Task By_default_no_token_is_fetched_before_a_stream_needs_it()
    {
        await using var world = new TokenWorld();
        Assert.Equal(SsSystemState.Operational, world.World.Context.SystemState);
        world.World.PassSeconds(10);
        Assert.Equal(0, world.Fetches);
    }

    [Fact]
    public async Task A_token_server_that_gives_none_holds_it_up_no_longer_than_that_takes()
    {
        await using var world = new TokenWorld(more: AtStart);
        world.Trouble = static peer => TokenWorld.Answer(peer, 400, """{"error":"invalid_grant"}""");
        await using var states = new StateWatch(world.World.Context);
        world.World.Run();
        await states.UntilAsync(SsSystemState.Operational);
        Assert.Equal(TimeSpan.Zero, world.World.Clock.Elapsed);
        Assert.Single(world.World.Log.Entries, static one => one.Id.Name == "TokenNotFetched");
        Assert.DoesNotContain(world.World.Log.Entries, static one => one.Id.Name is "SystemConditionOutOfTime" or "SystemConditionFailed");
    }

    [Fact]
    public async Task A_token_server_that_hangs_holds_it_up_for_the_bound_and_the_fetch_goes_on()
    {
        await using var world = new TokenWorld(more: AtStart);
        world.Trouble = static _ => { };
        await using var states = new StateWatch(world.World.Context);
        world.World.Pass(Bound);
        await states.UntilAsync(SsSystemState.Operational);
        Assert.Contains("Auth1 goes on without the tokens of the policy", Assert.Single(world.World.Log.Entries, static one => one.Id.Name == "SystemConditionOutOfTime").Message, StringComparison.Ordinal);

        world.World.Do(() => world.Give(world.World.Peers[0]));
        Assert.NotNull(world.Token);
        Assert.Equal(1, world.Fetches);
    }

    [Theory]
    [InlineData("fetch", "raw")]
    [InlineData("raw", "fetch")]
    public async Task Every_scheme_is_waited_for_also_where_the_first_cannot_be_fetched(string fetchesA, string fetchesB)
    {
        // In one of the two orders the one that cannot is settled while the other is not asked for yet.
        const string More = """
            , "raw": { "endpoint": "tokens.test", "port": 1, "protocol": "raw" },
            "other": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/", "use_auth": "b", "http_auth_header": "authorization:" }
            """;
        await using var world = new TokenWorld(
            policy: TokenWorld.Policy(more: More).Replace(
                """[{ "name": "a", "streamtype": "fetch", "blob": 0 }]""",
                $$"""[{ "name": "a", "streamtype": "{{fetchesA}}", "blob": 0 }, { "name": "b", "streamtype": "{{fetchesB}}", "blob_name": "other" }]""",
                StringComparison.Ordinal),
            more: AtStart);
        world.Trouble = static _ => { };
        world.World.Run();
        Assert.Single(world.World.Log.Entries, static one => one.Id.Name == "TokenNotFetched");
        Assert.Equal((SsSystemState.PolicyValid, 1), (world.World.Context.SystemState, world.Fetches));
        await using var states = new StateWatch(world.World.Context);
        world.World.Do(() => world.Give(world.World.Peers[0]));
        await states.UntilAsync(SsSystemState.Operational);
    }

    [Fact]
    public async Task Where_there_is_nothing_to_fetch_nothing_is_waited_for()
    {
        await using var world = new TokenWorld(policy: """{ "s": [{ "a": { "endpoint": "a.test", "port": 1, "protocol": "raw" } }] }""", more: AtStart);
        Assert.Equal(SsSystemState.Operational, world.World.Context.SystemState);
    }

    [Fact]
    public async Task A_token_that_an_earlier_run_kept_is_not_fetched_again()
    {
        using var blobs = new SsMemoryBlobStore();
        blobs.Write("AUTH_0", "kept"u8);
        await using var world = new TokenWorld(more: options => AtStart(options) with { Blobs = blobs });
        Assert.Equal(SsSystemState.Operational, world.World.Context.SystemState);
        world.World.Run();
        Assert.Equal(0, world.Fetches);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(86_400_001)]
    public void A_bound_that_is_none_is_refused(int milliseconds) =>
        Assert.Equal("TokensAtStart", Assert.Throws<ArgumentOutOfRangeException>(() => new SsContextOptions { TokensAtStart = TimeSpan.FromMilliseconds(milliseconds) }).ParamName);

    private static SsContextOptions AtStart(SsContextOptions options) => options with { TokensAtStart = Bound };
}
