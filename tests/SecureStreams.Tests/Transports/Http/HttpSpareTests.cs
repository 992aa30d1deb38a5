using System.Net;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>What is kept of a connection that its peer ended with the answer, and for whom.</summary>
public sealed class HttpSpareTests
{
    private static readonly ConnectionScript Closing = Scripts.AnswerRaw("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_the_peer_ends_each_connection_the_next_one_takes_the_lane_and_nothing_of_the_last_connection()
    {
        await using var server = ScriptedServer.Start(Closing);
        await using var bench = new HttpBench();
        var pool = bench.Factory.Pools.Get(Key(server.Port));
        var first = pool.Rent(null, 0);
        await GetAsync(first, server.Port);
        var wire = first.Wire;
        first.Return(sound: true);

        var second = pool.Rent(null, 0);
        Assert.Same(first, second);
        Assert.Equal((null, null, null, null, null), (second.Wire, second.Dial, second.Summary, second.Facts, second.TakeReport()));
        Assert.False(second.IsReady || second.IsMixed || second.HasEndedMute);
        await GetAsync(second, server.Port);
        Assert.NotNull(second.TakeReport());
        Assert.NotSame(wire, second.Wire);
        Assert.False(second.IsMixed);
        second.Return(sound: true);
        Assert.Equal(2, server.Counters.Accepted);
    }

    [Fact]
    public async Task Nothing_is_kept_of_an_exchange_that_did_not_end_in_full()
    {
        await using var server = ScriptedServer.Start(Closing);
        await using var bench = new HttpBench();
        var pool = bench.Factory.Pools.Get(Key(server.Port));
        var first = pool.Rent(null, 0);
        await GetAsync(first, server.Port);
        first.Return(sound: false);
        var second = pool.Rent(null, 0);
        Assert.NotSame(first, second);
        await EndedAsync(first, server.Port);

        // Nor of one that made no connection.
        second.Return(sound: true);
        Assert.NotSame(second, pool.Rent(null, 0));
        await EndedAsync(second, server.Port);
    }

    [Fact]
    public async Task Other_trust_another_origin_and_another_host_header_never_get_it()
    {
        await using var server = ScriptedServer.Start(Closing);
        await using var bench = new HttpBench();
        var pools = bench.Factory.Pools;
        var pool = pools.Get(Key(server.Port));
        var lane = pool.Rent("a.example", 0);
        await GetAsync(lane, server.Port);
        lane.Return(sound: true);
        Assert.NotSame(lane, pools.Get(Key(server.Port) with { IdentityStamp = "other" }).Rent("a.example", 0));
        Assert.NotSame(lane, pools.Get(Key(server.Port) with { Host = "localhost" }).Rent("a.example", 0));
        Assert.NotSame(lane, pool.Rent("b.example", 0));
        Assert.NotSame(lane, pool.Rent(null, 0));
        Assert.Same(lane, pool.Rent("a.example", 0));
        Assert.NotSame(lane, pool.Rent("a.example", 0));
    }

    [Fact]
    public async Task The_one_put_away_first_makes_room_and_the_rest_end_with_the_pools()
    {
        await using var server = ScriptedServer.Start(Closing);
        var bench = new HttpBench();
        var lanes = new List<HttpLane>();
        for (var i = 0; i <= HttpDefaults.MaxSpareLanes; i++)
        {
            // A pool each, as where the endpoint comes from metadata.
            var lane = bench.Factory.Pools.Get(Key(server.Port) with { MaxHeaderKilobytes = i + 1 }).Rent(null, 0);
            await GetAsync(lane, server.Port);
            lane.Return(sound: true);
            lanes.Add(lane);
        }

        await EndedAsync(lanes[0], server.Port);
        Assert.Same(lanes[1], bench.Factory.Pools.Get(Key(server.Port) with { MaxHeaderKilobytes = 2 }).Rent(null, 0));
        await bench.DisposeAsync();
        foreach (var lane in lanes)
            await EndedAsync(lane, server.Port);
    }

    [Fact]
    public async Task A_connection_that_ends_while_it_is_idle_leaves_nothing_behind()
    {
        await using var server = ScriptedServer.Start(Scripts.Answer("ok"));
        await using var bench = new HttpBench();
        var pool = bench.Factory.Pools.Get(Key(server.Port));
        var lane = pool.Rent(null, 0);
        await GetAsync(lane, server.Port);
        lane.Return(sound: true);
        lane.Wire!.Dispose();
        Assert.NotSame(lane, pool.Rent(null, 0));
    }

    [Fact]
    public async Task A_dial_that_fails_on_it_is_told_as_that_of_a_new_one()
    {
        await using var bench = new HttpBench();
        int port;
        await using (var server = ScriptedServer.Start(Closing))
        {
            port = server.Port;
            for (var i = 0; i < 2; i++)
            {
                var (run, failure) = await bench.RunAsync(HttpBench.Policy(port));
                Assert.Null(failure);
                Assert.Equal("ok", run.ReceivedText);
            }
        }

        var (refused, reason) = await bench.RunAsync(HttpBench.Policy(port));
        Assert.Equal("closed", refused.Story);
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused), (reason!.Phase, reason.Code));
        Assert.Equal($"127.0.0.1:{port}", Assert.Single(reason.Candidates).Address);
    }

    private static HttpPoolKey Key(int port) => new(false, false, "127.0.0.1", port, null, DialOptions.Default, new TlsOptions(TrustStore: null), null, 32);

    private static async Task GetAsync(HttpLane lane, int port)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/");
        using var response = await lane.Invoker.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("ok", await response.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task EndedAsync(HttpLane lane, int port) => await Assert.ThrowsAsync<ObjectDisposedException>(() => GetAsync(lane, port));
}
