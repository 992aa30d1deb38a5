using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>Failures of different kinds are retried differently, and a stream may begin anew by itself.</summary>
public sealed class RetryClassTests
{
    private const string Policy = """
        {
          "retry": [{ "r": { "backoff": [1000, 60000, 5000], "conceal": 3, "jitterpc": 0 },
                      "again": { "backoff": [1000], "conceal": 1, "jitterpc": 0, "restart_after_ms": 30000 } }],
          "s": [{
            "link": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "r" },
            "again": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "retry": "again" }
          }]
        }
        """;

    [Theory]
    [InlineData(SsCauseCode.ConnectionRefused, 1)]
    [InlineData(SsCauseCode.CertificateUntrusted, 60)]
    [InlineData(SsCauseCode.CertificateExpired, 60)]
    [InlineData(SsCauseCode.CertificateHostMismatch, 60)]
    [InlineData(SsCauseCode.CertificateInvalid, 60)]
    public async Task Trust_is_not_asked_for_as_quickly_as_a_network(SsCauseCode code, int seconds)
    {
        await using var world = new CoreWorld(Policy);
        world.Play = peer => peer.Close(new TransportFailure(SsPhase.Tls, code, "Failed by the test."));
        var (stream, handler) = world.Create("link");
        world.Do(stream.Connect);

        Assert.Equal(TimeSpan.FromSeconds(seconds), handler.CauseOf(handler.States[^1]).NextDelay);
        world.PassSeconds(seconds);
        Assert.Equal(2, world.Peers.Count);
    }

    [Fact]
    public async Task What_cannot_be_had_is_not_retried()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(new TransportFailure(SsPhase.Policy, SsCauseCode.NotSupported, "Not here.") { Permanent = true });
        var (stream, handler) = world.Create("link");
        world.Do(stream.Connect);

        Assert.Equal("Creating Connecting Unreachable AllRetriesFailed", handler.Story);
    }

    [Fact]
    public async Task A_connect_that_finds_the_stream_connecting_does_not_cut_the_delay_short()
    {
        await using var world = new CoreWorld(Policy);
        world.Log.Allow("HandlerThrew");
        var (stream, handler) = world.Create("link");
        handler.OnStateDo(SsState.Poll, static s => s.Connect());
        handler.OnStateDo(SsState.Connecting, static (SecureStream _, in SsStateChange _) => throw new InvalidOperationException("by the test"));

        world.Do(stream.RequestTransmit);

        Assert.Equal("Creating Poll Connecting Unreachable", handler.Story);
        Assert.Equal(TimeSpan.FromSeconds(1), handler.CauseOf(SsState.Unreachable).NextDelay);
    }

    [Fact]
    public async Task A_hint_of_the_peer_counts_where_it_is_longer()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "Later.") { RetryAfter = TimeSpan.FromSeconds(17) });
        var (stream, handler) = world.Create("link");
        world.Do(stream.Connect);

        Assert.Equal(TimeSpan.FromSeconds(17), handler.CauseOf(handler.States[^1]).NextDelay);
    }

    [Fact]
    public async Task After_all_retries_failed_it_begins_anew_where_the_policy_says_so()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = world.Create("again");
        world.Do(stream.Connect);
        world.PassSeconds(1);

        Assert.Equal("Creating Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed", handler.Story);
        var cause = handler.CauseOf(handler.States[^1]);
        Assert.Equal((SsNextAction.Restart, TimeSpan.FromSeconds(30)), (cause.NextAction, cause.NextDelay));

        world.Play = static peer => peer.Accept();
        world.PassSeconds(29.999);
        Assert.Equal(2, world.Peers.Count);
        world.PassSeconds(0.001);
        Assert.EndsWith("AllRetriesFailed Poll Connecting Connected", handler.Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disconnect_takes_back_that_it_begins_anew()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = world.Create("again");
        world.Do(stream.Connect);
        world.PassSeconds(1);
        Assert.Equal(SsState.AllRetriesFailed, stream.State);

        world.Do(stream.Disconnect);
        world.PassSeconds(3600);

        Assert.Equal(2, world.Peers.Count);
        Assert.Equal(SsState.AllRetriesFailed, stream.State);
        Assert.Single(handler.States, SsState.AllRetriesFailed);
    }

    [Fact]
    public async Task A_stated_connect_timeout_ends_an_attempt()
    {
        await using var world = new CoreWorld("""
            { "s": [{ "link": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "connect_timeout_ms": 700 } }] }
            """);
        var (stream, handler) = world.Create("link");
        world.Do(stream.Connect);
        world.Pass(TimeSpan.FromMilliseconds(699));
        Assert.Equal(SsState.Connecting, stream.State);
        world.Pass(TimeSpan.FromMilliseconds(1));

        Assert.Equal("Creating Connecting Unreachable AllRetriesFailed", handler.Story);
        var detail = world.Context.Diagnostics.Find(handler.CauseOf(handler.States[^1]).DetailId)!;
        Assert.Equal(SsCauseCode.ConnectTimeout, detail.Cause.Code);
        Assert.Equal("link.connect_timeout_ms", detail.Policy!.Attribute);
    }
}
