using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>What a change of the policy does to tokens, and what mqtt does with them.</summary>
public sealed class TokenPolicyTests
{
    private static readonly TransportFailure NotTaken = new(SsPhase.Peer, SsCauseCode.CredentialsRefused, "The broker does not take the password.") { Attribute = "use_auth" };

    [Fact]
    public async Task Who_waits_goes_on_waiting_for_the_scheme_that_the_policy_has_now()
    {
        await using var world = new TokenWorld();
        world.Trouble = static _ => { };
        var (_, handler) = world.Connect("get");
        var first = Assert.Single(world.World.Peers);

        world.Trouble = null;
        var applied = world.World.Context.UpdatePolicy(TokenWorld.Policy(more: """, "second": { "endpoint": "other.test", "port": 1, "protocol": "h1", "http_method": "POST", "http_url": "/" }""").Replace("\"streamtype\": \"fetch\"", "\"streamtype\": \"second\"", StringComparison.Ordinal));
        Assert.True(applied.Applied, applied.Refusal?.ToString());
        world.World.Run();
        Assert.True(first.Ended.IsCompleted);
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Connected, SsState.QosAckRemote, SsState.Disconnected], handler.States);
        Assert.Equal("second", world.World.Peers[1].Policy.Name);
    }

    [Fact]
    public async Task A_scheme_that_is_gone_is_fetched_no_more()
    {
        await using var world = new TokenWorld();
        var (stream, handler) = world.Connect("get");
        Assert.Equal(1, world.Fetches);
        var without = TokenWorld.Policy().Replace(", \"streamtype\": \"fetch\"", "", StringComparison.Ordinal);
        Assert.True(world.World.Context.UpdatePolicy(without).Applied);
        world.World.PassSeconds(3590);
        world.World.Do(stream.Connect);
        Assert.Equal(2, handler.States.Count(static state => state == SsState.QosAckRemote));
        world.World.PassSeconds(3600);
        world.World.Do(stream.Connect);
        Assert.Equal((SsState.Unreachable, SsCauseCode.BlobMissing), (handler.States[^1], handler.CauseOf(SsState.Unreachable).Code));
        Assert.Equal(1, world.Fetches);
    }

    [Fact]
    public async Task The_name_that_lws_takes_is_taken_where_the_scheme_names_none()
    {
        var policy = TokenWorld.Policy().Replace(", \"streamtype\": \"fetch\"", "", StringComparison.Ordinal);
        await using (var world = new TokenWorld(policy: policy))
        {
            var (_, handler) = world.Connect("once");
            Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Unreachable, SsState.AllRetriesFailed], handler.States);
        }

        await using (var world = new TokenWorld(policy: policy.Replace("\"fetch\":", "\"api_amazon_com_auth\":", StringComparison.Ordinal)))
        {
            var (_, handler) = world.Connect("once");
            Assert.Contains(SsState.QosAckRemote, handler.States);
            Assert.Equal(1, world.Fetches);
        }
    }

    [Fact]
    public async Task A_streamtype_that_cannot_fetch_is_named()
    {
        await using var world = new TokenWorld(policy: TokenWorld.Policy().Replace("\"streamtype\": \"fetch\"", "\"streamtype\": \"link\"", StringComparison.Ordinal));
        var (_, handler) = world.Connect("once");
        var cause = handler.CauseOf(SsState.AuthFailed);
        Assert.Equal((SsPhase.Policy, SsCauseCode.NotSupported), (cause.Phase, cause.Code));
        Assert.Contains("streamtype 'link', which fetches it, is not one of h1 or h2", world.World.Context.Diagnostics.Find(cause.DetailId)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_does_not_take_the_token_costs_one_renewal_and_then_AuthFailed()
    {
        var mqtt = TokenWorld.Policy(more: """, "mqtt": { "endpoint": "broker.test", "port": 1, "protocol": "mqtt", "mqtt_topic": "t", "use_auth": "a", "retry": "r" }""");
        await using var world = new TokenWorld(policy: mqtt);
        world.Connect("get");
        world.World.PassSeconds(60);

        var attempts = 0;
        world.Lasting = peer =>
        {
            if (++attempts == 1)
                peer.Close(NotTaken);
            else
                peer.Accept();
        };
        var (_, handler) = world.Connect("mqtt");
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Connected], handler.States);
        Assert.Equal((2, 2), (world.Fetches, attempts));

        world.World.PassSeconds(60);
        world.Lasting = static peer => peer.Close(NotTaken);
        var (_, other) = world.Connect("mqtt");
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.AuthFailed], other.States);
        Assert.Equal(SsCauseCode.CredentialsRefused, other.CauseOf(SsState.AuthFailed).Code);
        Assert.Equal(3, world.Fetches);
    }

    [Fact]
    public async Task Whoever_brings_the_system_up_learns_when_tokens_are_settled()
    {
        await using var world = new TokenWorld();
        var keeper = world.World.Context.Tokens;
        var told = 0;
        keeper.Settled = () => told++;
        world.Trouble = static _ => { };
        keeper.Prime();
        world.World.Run();
        Assert.False(keeper.AreSettled);
        world.World.Do(() => world.Give(world.World.Peers[0]));
        Assert.True(keeper.AreSettled);
        Assert.Equal((1, 1), (told, world.Fetches));
    }
}
