using System.Text;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>Fetching and renewing on virtual time.</summary>
public sealed class TokenLifeTests
{
    private static readonly TransportFailure Down = new(SsPhase.Connect, SsCauseCode.ConnectionRefused, "Nobody listens.");

    [Fact]
    public async Task Fifty_streams_wait_for_one_fetch_and_all_succeed()
    {
        await using var world = new TokenWorld();
        world.Trouble = static _ => { };
        var streams = Enumerable.Range(0, 50).Select(i => world.Connect(i % 2 == 0 ? "get" : "link")).ToList();
        Assert.All(streams, static one => Assert.Equal(SsState.Connecting, one.Stream.State));
        Assert.Equal((1, 0), (world.Fetches, world.Requests));
        Assert.Equal(TokenWorld.Root, Encoding.UTF8.GetString([.. world.World.Peers[0].Sent.SelectMany(static piece => piece.Payload)]));

        world.World.Do(() => world.Give(world.World.Peers[0]));
        Assert.Equal((1, 50, 0), (world.Fetches, world.Requests, world.Refusals));
        Assert.All(streams, static one => Assert.Contains(SsState.Connected, one.Handler.States));
    }

    [Theory]
    [InlineData("", 80, 48 * 60)]
    [InlineData(", \"refresh_percent\": 50", 80, 30 * 60)]
    [InlineData(", \"refresh_lead_s\": 60", 80, 59 * 60)]
    public async Task For_a_day_it_is_renewed_before_it_ends(string auth, int requestMinutes, int renewSeconds)
    {
        await using var world = new TokenWorld(auth);
        var (stream, handler) = world.Connect("get");
        var used = 0;
        for (var minutes = 0; minutes < 24 * 60; minutes += requestMinutes)
        {
            world.World.Pass(TimeSpan.FromMinutes(requestMinutes));
            world.World.Do(stream.Connect);
            used++;
        }

        // The margin of 5 s before its end counts as its end.
        var period = auth.Contains("percent", StringComparison.Ordinal) ? 0.5 * 3595 : auth.Contains("lead", StringComparison.Ordinal) ? 3595 - 60 : 0.8 * 3595;
        Assert.InRange(period, renewSeconds - 6, renewSeconds + 6);
        Assert.Equal(1 + (int)(24 * 3600 / period), world.Fetches);
        Assert.Equal((used + 1, 0), (world.Requests, world.Refusals));
        Assert.Equal(used + 1, handler.States.Count(static state => state == SsState.QosAckRemote));
    }

    [Fact]
    public async Task Chance_spreads_renewals_over_a_twentieth_of_the_life()
    {
        await using var world = new TokenWorld(chance: 0.999);
        world.Connect("get");
        world.World.PassSeconds(3600);
        Assert.Equal(2, world.Fetches);
        Assert.Equal(0.75 * 3595, world.FetchTimes[1].TotalSeconds, 5.0);
    }

    [Fact]
    public async Task What_nobody_uses_is_not_renewed()
    {
        await using var world = new TokenWorld();
        var (stream, _) = world.Connect("get");
        world.World.Do(() => _ = stream.DisposeAsync().AsTask());
        world.World.PassSeconds(24 * 3600);

        // Once, for the use since it was fetched cannot be told from one to come.
        Assert.InRange(world.Fetches, 1, 2);
        world.Connect("get");
        Assert.Equal(0, world.Refusals);
    }

    [Fact]
    public async Task While_the_server_is_down_the_old_token_serves_to_its_end_then_streams_wait_and_recover()
    {
        await using var world = new TokenWorld(fetcher: ", \"retry\": \"few\"", stream: ", \"connect_timeout_ms\": 5000");
        var (stream, handler) = world.Connect("get");
        world.Trouble = static peer => peer.Close(Down);
        world.World.PassSeconds(3500);
        world.World.Do(stream.Connect);
        Assert.Equal(2, handler.States.Count(static state => state == SsState.QosAckRemote));
        var before = world.Fetches;
        Assert.InRange(before, 5, 200);

        world.World.PassSeconds(120);
        world.World.Do(stream.Connect);
        world.World.PassSeconds(1800);
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        Assert.Contains(SsState.AuthFailed, handler.States);
        Assert.Equal((0, 2), (world.Expired, world.Requests));
        var cause = handler.CauseOf(SsState.AuthFailed);
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused), (cause.Phase, cause.Code));
        Assert.Contains("streamtype 'fetch' failed with Connect/ConnectionRefused (detail ", world.World.Context.Diagnostics.Find(cause.DetailId)!.Message, StringComparison.Ordinal);

        // Never more than one attempt a second; in the long run a fetch of three attempts a minute.
        Assert.InRange(world.Fetches - before, 30, 250);

        world.Trouble = null;
        world.World.PassSeconds(90);
        Assert.Equal(3, handler.States.Count(static state => state == SsState.QosAckRemote));
    }

    [Fact]
    public async Task Invalid_grant_is_AuthFailed_with_its_reason_and_not_asked_again_at_once()
    {
        await using var world = new TokenWorld();
        world.Trouble = peer => TokenWorld.Answer(peer, 400, """{"error":"invalid_grant","error_description":"gone: root-secret-0001"}""");
        var (stream, handler) = world.Connect("get");
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.AuthFailed], handler.States);
        var cause = handler.CauseOf(SsState.AuthFailed);
        Assert.Equal((SsPhase.Peer, SsCauseCode.CredentialsRefused, 400u), (cause.Phase, cause.Code, (uint)cause.Status));
        var detail = world.World.Context.Diagnostics.Find(cause.DetailId)!;
        Assert.Contains("status 400", detail.Message, StringComparison.Ordinal);
        Assert.Contains("AUTH_1", detail.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("root-secret", detail.ToString(), StringComparison.Ordinal);

        world.Trouble = peer => TokenWorld.Answer(peer, 400, """{"error":"invalid_grant","error_description":"expired"}""");
        world.World.PassSeconds(3600);
        Assert.InRange(world.Fetches, 4, 12);
        world.Trouble = peer => TokenWorld.Answer(peer, 400, """{"error":"invalid_grant","error_description":"expired """ + new string('x', 5000) + "\"}");
        world.World.PassSeconds(3600);
        Assert.InRange(world.World.Context.Diagnostics.Find(handler.CauseOf(SsState.AuthFailed).DetailId)!.Message.Length, 200, 500);
        Assert.Contains("the server says invalid_grant: expired", world.World.Context.Diagnostics.Find(handler.CauseOf(SsState.AuthFailed).DetailId)!.Message, StringComparison.Ordinal);

        // Whoever mends the root is served with the next attempt.
        world.Trouble = null;
        world.World.Context.Blobs.Write(SsBlobNames.AuthRoot, "refresh_token=mended"u8);
        world.World.PassSeconds(3);
        Assert.Contains(SsState.QosAckRemote, handler.States);
        Assert.Equal(SsState.Disconnected, stream.State);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("link")]
    public async Task A_token_that_is_revoked_is_renewed_once_and_the_attempt_made_again(string streamType)
    {
        await using var world = new TokenWorld();
        world.Connect("get");
        world.Revoked.Add(world.Token!);
        var (_, handler) = world.Connect(streamType);
        world.World.PassSeconds(2);
        Assert.Equal((2, 3, 1), (world.Fetches, world.Requests, world.Refusals));
        Assert.Equal(streamType == "get" ? [SsState.Creating, SsState.Connecting, SsState.Connected, SsState.QosAckRemote, SsState.Disconnected] : [SsState.Creating, SsState.Connecting, SsState.Connected], handler.States);
    }

    [Fact]
    public async Task A_peer_that_takes_no_token_at_all_costs_few_fetches()
    {
        await using var world = new TokenWorld();
        world.Revoked.UnionWith(Enumerable.Range(0, 1000).Select(static i => $"token-secret-{i}"));
        var (_, handler) = world.Connect("link");
        world.World.PassSeconds(3600);
        Assert.Contains(SsState.AuthFailed, handler.States);
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        Assert.Equal(401, handler.CauseOf(SsState.AuthFailed).Status);

        // The first, the renewals of one hour, and those that the peer enforces: after 10 s, 20 s, 40 s and so on.
        Assert.InRange(world.Fetches, 5, 15);
    }

    [Fact]
    public async Task A_wait_ends_with_the_attempt_and_says_so()
    {
        await using var world = new TokenWorld(stream: ", \"connect_timeout_ms\": 3000");
        world.Trouble = static _ => { };
        var (stream, handler) = world.Connect("get");
        world.World.PassSeconds(2.9);
        Assert.Equal(SsState.Connecting, stream.State);
        world.World.PassSeconds(0.2);
        Assert.Equal((SsState.AuthFailed, SsCauseCode.ConnectTimeout), (stream.State, handler.CauseOf(SsState.AuthFailed).Code));

        // A fetch that hangs is given up itself.
        world.World.PassSeconds(60);
        Assert.Equal(SsCauseCode.ResponseTimeout, handler.CauseOf(SsState.AuthFailed).Code);
        world.Trouble = null;
        world.World.PassSeconds(90);
        Assert.Contains(SsState.QosAckRemote, handler.States);
    }

    [Fact]
    public async Task Who_waits_may_leave()
    {
        await using var world = new TokenWorld();
        world.Trouble = static _ => { };
        var (stays, handler) = world.Connect("get");
        var (gone, disconnected) = world.Connect("get");
        var (disposed, destroyed) = world.Connect("link");
        world.World.Do(gone.Disconnect);
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Unreachable, SsState.AllRetriesFailed], disconnected.States);
        world.World.Do(() => _ = disposed.DisposeAsync().AsTask());
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Destroying], destroyed.States);
        world.World.Do(() => world.Give(world.World.Peers[0]));
        Assert.Equal(1, world.Requests);
        Assert.Contains(SsState.QosAckRemote, handler.States);
        Assert.Equal(SsState.Disconnected, stays.State);
    }

    [Fact]
    public async Task Who_waits_ends_with_its_context_and_hears_of_nothing_else()
    {
        var world = new TokenWorld();
        world.Trouble = static _ => { };
        var (_, get) = world.Connect("get");
        var (_, link) = world.Connect("link");
        await world.DisposeAsync();
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Destroying], get.States);
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.Destroying], link.States);
    }

    [Theory]
    [InlineData("{\"access_token\":\"tok\\r\\nen\"}", "could forge a header")]
    [InlineData("{\"access_token\":\"token\",\"expires_in\":0}", "expired already")]
    [InlineData("{\"access_token\":\"token\",\"expires_in\":-5}", "expired already")]
    [InlineData("{\"access_token\":\"token\"", "cut short")]
    [InlineData("<html>", "no JSON")]
    [InlineData("HUGE", "more than 16384 bytes")]
    public async Task A_reply_of_no_use_is_no_token(string reply, string problem)
    {
        await using var world = new TokenWorld();
        world.Trouble = peer => TokenWorld.Answer(peer, 200, reply == "HUGE" ? $$"""{"access_token":"{{new string('t', 16000)}}","x":"{{new string('t', 400)}}" """ : reply);
        var (stream, handler) = world.Connect("once");
        Assert.Equal([SsState.Creating, SsState.Connecting, SsState.AuthFailed, SsState.AllRetriesFailed], handler.States);
        Assert.Contains(problem, world.World.Context.Diagnostics.Find(handler.CauseOf(SsState.AuthFailed).DetailId)!.Message, StringComparison.Ordinal);
        Assert.Null(world.Token);
        Assert.Equal((1, 0), (world.Fetches, world.Requests));
        Assert.Equal(SsState.AllRetriesFailed, stream.State);
    }

    [Fact]
    public async Task A_root_that_the_server_changes_is_kept_for_the_next_time()
    {
        await using var world = new TokenWorld();
        world.Trouble = peer => world.Give(peer, ",\"refresh_token\":\"root-secret-0002\"");
        world.Connect("get");
        using var root = world.World.Context.Blobs.Read(SsBlobNames.AuthRoot);
        Assert.Equal("grant_type=refresh_token&refresh_token=root-secret-0002&client_id=c", Encoding.UTF8.GetString(root!.Span));
    }

    [Fact]
    public async Task Without_a_root_nobody_is_asked_and_what_the_program_writes_serves()
    {
        await using var world = new TokenWorld();
        world.World.Context.Blobs.Remove(SsBlobNames.AuthRoot);
        var (_, handler) = world.Connect("get");
        Assert.Equal((SsState.AuthFailed, SsCauseCode.BlobMissing), (handler.States[^1], handler.CauseOf(SsState.AuthFailed).Code));
        Assert.Equal((0, 0), (world.Fetches, world.Requests));
        world.World.Context.Blobs.Write("AUTH_0", "by hand"u8);
        world.World.PassSeconds(1);
        Assert.Equal(1, world.Requests);
    }

    [Fact]
    public async Task Nothing_that_is_told_has_a_secret_in_it()
    {
        await using var world = new TokenWorld();
        var (stream, handler) = world.Connect("get");
        world.Trouble = peer => TokenWorld.Answer(peer, 400, $$"""{"error":"root-secret-0001","error_description":"root-secret-0001"}""");
        world.Revoked.Add(world.Token!);
        world.World.Do(stream.Connect);
        world.World.PassSeconds(60);
        var told = string.Join('\n', [stream.Explain().ToString(), stream.ToString(), .. world.World.Context.Diagnostics.Recent().Select(static one => one.ToString()), .. world.World.Log.Entries.Select(static one => one.ToString())]);
        Assert.Contains("AuthFailed", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-", told, StringComparison.Ordinal);
        Assert.NotEmpty(handler.States);
    }
}
