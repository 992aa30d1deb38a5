using SecureStreams.Core;
using SecureStreams.Policy;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>The dead-peer bound: exact on the virtual clock, one rule for every protocol, and nothing where the policy switches it off.</summary>
public sealed class LivenessTests
{
    [Theory]
    [InlineData(null, null, true, 40, 50)]
    [InlineData(null, null, false, null, null)]
    [InlineData(10, 30, true, 10, 30)]
    [InlineData(10, 30, false, null, 30)]
    [InlineData(null, 30, true, 15, 30)]
    [InlineData(0, 30, true, 15, 30)]
    [InlineData(30, 30, true, null, 30)]
    [InlineData(40, 30, true, null, 30)]
    [InlineData(8, null, true, 8, 10)]
    [InlineData(8, null, false, null, null)]
    [InlineData(8, 0, true, null, null)]
    public void What_the_scheme_states_is_the_bound(int? ping, int? hangup, bool canPing, int? expectedPing, int? expectedHangup)
    {
        var stated = (ping is null ? "" : $", \"svalidping\": {ping}") + (hangup is null ? "" : $", \"svalidhup\": {hangup}");
        var model = PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes($"{{ \"retry\": [{{ \"r\": {{ \"conceal\": 1{stated} }} }}] }}"), "p", new PolicyLoadOptions()).Model!;

        var bound = Liveness.Of(model.Retries["r"], canPing);

        Assert.Equal(expectedHangup, (int?)bound?.Hangup.TotalSeconds);
        Assert.Equal(expectedPing, (int?)bound?.Ping?.TotalSeconds);
    }

    [Theory]
    [InlineData("", "svalidhup")]
    [InlineData(", \"svalidping\": 8", "svalidping")]
    [InlineData(", \"svalidping\": 8, \"svalidping_ms\": 8500", "svalidping_ms")]
    [InlineData(", \"svalidping_ms\": 8500, \"svalidhup\": 15", "svalidhup")]
    [InlineData(", \"svalidhup\": 15, \"svalidhup_ms\": 250", "svalidhup_ms")]
    public void What_decides_the_bound_is_named(string stated, string expected)
    {
        var model = PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes($"{{ \"retry\": [{{ \"r\": {{ \"conceal\": 1{stated} }} }}] }}"), "p", new PolicyLoadOptions()).Model!;

        Assert.Equal(expected, Liveness.StatedBy(model.Retries["r"]));
    }

    [Fact]
    public async Task A_peer_that_answers_is_asked_again_and_again_and_never_given_up()
    {
        await using var world = new CoreWorld(Policy("ws", "\"svalidping\": 10, \"svalidhup\": 15"));
        world.Play = static peer => peer.Accept();
        var (stream, handler) = world.Create("s");
        world.Do(stream.Connect);

        world.PassSeconds(3600);

        Assert.Equal(360, world.Peers.Single().Pings);
        Assert.Equal("Creating Connecting Connected", handler.Story);
    }

    [Fact]
    public async Task A_peer_that_falls_silent_is_given_up_when_the_bound_ends_and_the_stream_reconnects()
    {
        await using var world = new CoreWorld(Policy("ws", "\"svalidping\": 10, \"svalidhup\": 15"));
        world.Play = static peer => peer.Accept();
        var (stream, handler) = world.Create("s");
        world.Do(stream.Connect);
        world.PassSeconds(7);
        world.Peers[0].Send("last words"u8.ToArray(), SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);
        world.Peers[0].IsSilent = true;
        world.Run();

        world.PassSeconds(14.999);
        Assert.Equal(SsState.Connected, stream.State);
        world.PassSeconds(0.001);

        Assert.Equal(SsState.Disconnected, stream.State);
        var cause = handler.CauseOf(handler.States[^1]);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
        Assert.Equal(1, world.Peers[0].Pings);
        var detail = world.Context.Diagnostics.Find(cause.DetailId)!;
        Assert.Contains("although it was asked", detail.Message, StringComparison.Ordinal);
        Assert.Equal(("retry r.svalidhup", true), (detail.Policy!.Attribute, detail.Policy.Line > 0));
        world.PassSeconds(1);
        Assert.Equal(SsState.Connected, stream.State);
    }

    [Fact]
    public async Task A_silence_that_begins_with_an_answer_is_asked_about_when_it_is_due_and_not_when_the_last_one_would_have_ended()
    {
        await using var world = new CoreWorld(Policy("ws", "\"svalidping\": 1, \"svalidhup\": 10"));
        world.Play = static peer => peer.Accept();
        var (stream, _) = world.Create("s");
        world.Do(stream.Connect);

        world.PassSeconds(1);
        world.Peers[0].IsSilent = true;
        Assert.Equal(1, world.Peers[0].Pings);
        world.PassSeconds(1);
        Assert.Equal(2, world.Peers[0].Pings);

        world.PassSeconds(8.999);
        Assert.Equal((SsState.Connected, 2), (stream.State, world.Peers[0].Pings));
        world.PassSeconds(0.001);
        Assert.Equal(SsState.Disconnected, stream.State);
    }

    [Fact]
    public async Task Milliseconds_count_before_seconds()
    {
        await using var world = new CoreWorld(Policy("raw", "\"svalidhup\": 15, \"svalidhup_ms\": 250"));
        world.Play = static peer => peer.Accept();
        var (stream, _) = world.Create("s");
        world.Do(stream.Connect);

        world.Pass(TimeSpan.FromMilliseconds(249));
        Assert.Equal(SsState.Connected, stream.State);
        world.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SsState.Disconnected, stream.State);
    }

    [Theory]
    [InlineData("raw", "")]
    [InlineData("ws", "\"svalidping\": 10, \"svalidhup\": 0")]
    public async Task Where_there_is_no_bound_silence_means_nothing_and_no_timer_runs(string protocol, string stated)
    {
        await using var world = new CoreWorld(Policy(protocol, stated));
        world.Play = static peer =>
        {
            peer.IsSilent = true;
            peer.Accept();
        };
        var (stream, _) = world.Create("s");
        world.Do(stream.Connect);

        Assert.Empty(world.Clock.ArmedTimers);
        world.PassSeconds(86400);
        Assert.Equal(SsState.Connected, stream.State);
    }

    [Fact]
    public async Task While_reception_rests_silence_does_not_count()
    {
        await using var world = new CoreWorld(Policy("raw", "\"svalidhup\": 15"));
        world.Play = static peer => peer.Accept();
        var (stream, _) = world.Create("s");
        world.Do(stream.Connect);
        world.Do(stream.PauseReceive);

        world.PassSeconds(600);
        Assert.Equal(SsState.Connected, stream.State);

        world.Do(stream.ResumeReceive);
        world.PassSeconds(14.999);
        Assert.Equal(SsState.Connected, stream.State);
        world.PassSeconds(0.001);
        Assert.Equal(SsState.Disconnected, stream.State);
    }

    [Fact]
    public async Task A_transaction_whose_peer_falls_silent_is_a_failed_attempt()
    {
        await using var world = new CoreWorld(Policy("h1", "\"svalidhup\": 5"));
        world.Play = static peer =>
        {
            peer.Accept();
            peer.Send("begin"u8.ToArray(), SsRxFlags.StartOfMessage);
        };
        var (stream, handler) = world.Create("s");
        world.Do(stream.Connect);

        world.PassSeconds(5);

        Assert.Equal("Creating Connecting Connected Disconnected", handler.Story);
        Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(handler.States[^1]).Code);
    }

    [Fact]
    public async Task A_stream_without_a_connection_has_no_timer()
    {
        await using var world = new CoreWorld(Policy("ws", "\"svalidping\": 10, \"svalidhup\": 15"));
        world.Play = static peer => peer.Accept();
        var (stream, _) = world.Create("s");
        world.Do(stream.Connect);
        Assert.Single(world.Clock.ArmedTimers);

        world.Do(stream.Disconnect);

        Assert.Empty(world.Clock.ArmedTimers);
    }

    private static string Policy(string protocol, string liveness) => $$"""
        {
          "retry": [{ "r": { "backoff": [1000], "conceal": 65535, "jitterpc": 0{{(liveness.Length == 0 ? "" : ", " + liveness)}} } }],
          "s": [{ "s": { "endpoint": "peer.test", "port": 1, "protocol": "{{protocol}}", "http_method": "GET", "http_url": "/", "retry": "r" } }]
        }
        """;
}
