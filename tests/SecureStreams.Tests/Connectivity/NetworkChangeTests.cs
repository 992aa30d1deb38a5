using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Core;
using SecureStreams.Tests.Network.Support;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>What streams do when this machine's network changes: exact on the virtual clock.</summary>
public sealed class NetworkChangeTests
{
    private const string Policy = """
        {
          "governor_rate": 60, "governor_burst": 5, "governor_in_flight": 100,
          "retry": [{ "r": { "backoff": [60000], "conceal": 3, "jitterpc": 0, "svalidping": 40, "svalidhup": 50, "restart_after_ms": 900000 } }],
          "s": [{
            "ws": { "endpoint": "peer.test", "port": 1, "protocol": "ws", "http_url": "/", "retry": "r" },
            "raw": { "endpoint": "raw.test", "port": 1, "protocol": "raw", "retry": "r" },
            "get": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_url": "/", "retry": "r" }
          }]
        }
        """;

    private readonly ScriptedNetworkWatch _watch = new();

    [Fact]
    public async Task A_peer_that_answers_keeps_its_connection()
    {
        await using var world = new CoreWorld(Policy, watch: _watch) { Play = static peer => peer.Accept() };
        var (stream, handler) = Connect(world, "ws");
        world.PassSeconds(5);

        _watch.Change();
        world.PassSeconds(0.999);
        Assert.Equal(0, world.Peers.Single().Pings);
        world.PassSeconds(0.001);
        Assert.Equal(1, world.Peers.Single().Pings);

        // From here on its usual rhythm, which the answer began anew.
        world.PassSeconds(39.9);
        Assert.Equal(1, world.Peers.Single().Pings);
        world.PassSeconds(0.2);
        Assert.Equal(2, world.Peers.Single().Pings);
        world.PassSeconds(600);
        Assert.Equal((SsState.Connected, "Creating Connecting Connected"), (stream.State, handler.Story));
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_is_given_up_long_before_its_bound()
    {
        await using var world = new CoreWorld(Policy, watch: _watch) { Play = static peer => peer.Accept() };
        var (_, handler) = Connect(world, "ws");
        world.PassSeconds(5);
        world.Peers.Single().IsSilent = true;

        _watch.Change();
        world.PassSeconds(10.999);
        Assert.Equal("Creating Connecting Connected", handler.Story);
        world.PassSeconds(0.001);
        Assert.Equal("Creating Connecting Connected Disconnected", handler.Story);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Code, cause.NextAction));
        var detail = world.Context.Diagnostics.Find(cause.DetailId)!;
        Assert.Contains("network of this machine has changed", detail.Message, StringComparison.Ordinal);
        Assert.Contains("for 10 s", detail.Message, StringComparison.Ordinal);
        world.Log.Allow(static _ => true);
    }

    [Fact]
    public async Task Where_it_is_not_asked_for_nothing_happens()
    {
        await using var world = new CoreWorld(Policy) { Play = static peer => peer.Accept() };
        Connect(world, "ws");
        _watch.Change();
        world.PassSeconds(39);
        Assert.Equal((0, 0), (world.Peers.Single().Pings, _watch.Subscribers));
    }

    [Fact]
    public async Task What_cannot_be_asked_or_heard_is_left_alone()
    {
        await using var world = new CoreWorld(Policy, watch: _watch) { Play = static peer => peer.Accept() };
        var (raw, _) = Connect(world, "raw");
        var (get, _) = Connect(world, "get");
        var (paused, _) = Connect(world, "ws");
        world.Do(paused.PauseReceive);
        foreach (var peer in world.Peers)
            peer.IsSilent = true;

        _watch.Change();
        world.PassSeconds(20);
        Assert.All(world.Peers, static peer => Assert.Equal(0, peer.Pings));
        Assert.All((SecureStream[])[raw, get, paused], static stream => Assert.Equal(SsState.Connected, stream.State));
    }

    [Fact]
    public async Task An_attempt_that_was_put_off_is_made_at_once_and_costs_none()
    {
        await using var world = new CoreWorld(Policy, watch: _watch) { Play = static peer => peer.Close(CoreBench.Refused) };
        world.Log.Allow(static _ => true);
        var (stream, handler) = Connect(world, "ws");
        Assert.Single(world.Peers);

        // More often than the policy allows attempts, and still as many are left.
        for (var i = 0; i < 10; i++)
        {
            world.PassSeconds(10);
            _watch.Change();
            world.PassSeconds(1);
            Assert.Equal(2 + i, world.Peers.Count);
            Assert.Equal((SsState.Unreachable, SsNextAction.Retry, 60), (stream.State, handler.CauseOf(SsState.Unreachable).NextAction, handler.CauseOf(SsState.Unreachable).NextDelay.TotalSeconds));
        }

        world.PassSeconds(179);
        Assert.Equal(13, world.Peers.Count);
        Assert.NotEqual(SsState.AllRetriesFailed, stream.State);
        world.PassSeconds(1);
        Assert.Equal(SsState.AllRetriesFailed, stream.State);

        // The wait to begin anew is one as well.
        world.Play = static peer => peer.Accept();
        _watch.Change();
        world.PassSeconds(1);
        Assert.Equal(SsState.Connected, stream.State);
    }

    [Fact]
    public async Task A_peer_that_asked_to_be_left_alone_is()
    {
        await using var world = new CoreWorld(Policy, watch: _watch)
        {
            Play = static peer => peer.Close(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "Later.") { RetryAfter = TimeSpan.FromSeconds(120) }),
        };
        world.Log.Allow(static _ => true);
        Connect(world, "get");
        _watch.Change();
        world.PassSeconds(119);
        Assert.Single(world.Peers);
        world.PassSeconds(1);
        Assert.Equal(2, world.Peers.Count);
    }

    [Fact]
    public async Task What_all_streams_do_at_once_stays_within_the_budget()
    {
        await using var world = new CoreWorld(Policy, watch: _watch) { Play = static peer => peer.Accept() };
        world.Log.Allow(static _ => true);
        for (var i = 0; i < 40; i++)
            Connect(world, "ws");
        world.Play = static peer => peer.Close(CoreBench.Refused);
        foreach (var peer in world.Peers.ToList())
            peer.Close(CoreBench.Reset);
        world.Run();
        var before = world.Peers.Count;

        _watch.Change();
        world.PassSeconds(1);
        Assert.Equal(before + 5, world.Peers.Count);
        world.PassSeconds(10);
        Assert.Equal(before + 15, world.Peers.Count);
    }

    [Fact]
    public async Task Notices_that_come_together_are_one_and_those_that_never_end_are_one_a_second()
    {
        await using var world = new CoreWorld(Policy, watch: _watch) { Play = static peer => peer.Accept() };
        Connect(world, "ws");
        for (var i = 0; i < 20; i++)
        {
            _watch.Change();
            world.PassSeconds(0.05);
        }

        Assert.Equal(1, world.Peers.Single().Pings);
        for (var i = 0; i < 100; i++)
        {
            _watch.Change();
            world.PassSeconds(0.1);
        }

        Assert.InRange(world.Peers.Single().Pings, 10, 11);
    }

    [Fact]
    public async Task A_context_that_is_disposed_is_told_no_more()
    {
        await using (var world = new CoreWorld(Policy, watch: _watch))
        {
            Assert.Equal(1, _watch.Subscribers);
            _watch.Change();
        }

        Assert.Equal(0, _watch.Subscribers);
        _watch.Change();
    }

    [Fact]
    public async Task A_request_takes_no_connection_from_before()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromJson(
            $$"""{ "s": [{ "page": { "endpoint": "127.0.0.1", "port": {{host.HttpPort}}, "protocol": "h1", "http_url": "/bytes/10" } }] }""",
            new SsContextOptions { Platform = new SsPlatform { NetworkWatch = _watch, SocksProxy = null }, FollowNetworkChanges = true });

        await GetAsync(context);
        await GetAsync(context);
        Assert.Equal(1, host.Http.Accepted);
        context.TakeNetworkChange();
        await GetAsync(context);
        await GetAsync(context);
        Assert.Equal(2, host.Http.Accepted);
    }

    [Fact]
    public async Task The_detection_looks_again_and_a_look_that_began_before_is_followed_by_another()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var portal = Scripts.AnswerRaw("HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        var internet = Scripts.AnswerRaw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        await using var server = ScriptedServer.Start(internet, portal, async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await open.Task.WaitAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", stopping);
        }, internet);
        await using var bench = new PortalBench(server.Port, options: new SsCaptivePortalOptions { Automatic = true });
        var reports = bench.Context.CaptivePortal.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await UntilAsync(SsInternet.Internet, SsInternetTrigger.Start);

        await ChangeAsync();
        await UntilAsync(SsInternet.CaptivePortal, SsInternetTrigger.NetworkChange);

        await ChangeAsync();
        await server.WaitForConnectionsAsync(3);
        await ChangeAsync();
        open.SetResult();
        await UntilAsync(SsInternet.CaptivePortal, SsInternetTrigger.NetworkChange);
        await UntilAsync(SsInternet.Internet, SsInternetTrigger.NetworkChange);
        Assert.Equal(4, server.Counters.Accepted);

        async Task ChangeAsync()
        {
            bench.Watch.Change();
            await bench.Clock.WaitForArmedExactlyAsync(NetworkDefaults.NetworkSettles);
            bench.Clock.Advance(NetworkDefaults.NetworkSettles);
        }

        async Task UntilAsync(SsInternet found, SsInternetTrigger trigger)
        {
            do
                Assert.True(await reports.MoveNextAsync());
            while (reports.Current.Trigger == SsInternetTrigger.None);
            Assert.Equal((found, trigger), (reports.Current.Internet, reports.Current.Trigger));
        }
    }

    private static async Task GetAsync(LocalContext context)
    {
        var handler = new RecordingHandler();
        await using var stream = context.Create("page", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Contains(SsState.QosAckRemote, handler.States);
    }

    private static (SecureStream Stream, RecordingHandler Handler) Connect(CoreWorld world, string streamType)
    {
        var (stream, handler) = world.Create(streamType);
        world.Do(stream.Connect);
        return (stream, handler);
    }
}
