using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>What a stream tells about itself.</summary>
public sealed class ExplainTests
{
    private const string Policy = """
        {
          "retry": [{ "r": { "backoff": [1000], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{ "link": { "endpoint": "peer.test", "port": 8080, "protocol": "raw", "retry": "r", "metadata": [{ "m": "" }] } }]
        }
        """;

    [Fact]
    public async Task It_names_what_happened_what_comes_next_and_the_policy_with_its_places()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, _) = world.Create("link");
        Assert.Equal("idle until the application acts", stream.Explain().Now);
        world.Do(stream.Connect);

        var explanation = stream.Explain();

        Assert.Equal(("link", stream.Id, SsState.Unreachable), (explanation.StreamType, explanation.StreamId, explanation.State));
        var one = Assert.Single(explanation.Events);
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused, 1), (one.Cause.Phase, one.Cause.Code, one.Cause.Attempt));
        Assert.Equal("link.endpoint", one.Detail!.Policy!.Attribute);
        Assert.Same(one, explanation.LastFailure);
        Assert.Contains("retry in 1000 ms", explanation.Now, StringComparison.Ordinal);
        Assert.Contains(explanation.Policy, static fact => fact is { Attribute: "port", Value: "8080", Place: "policy(3,54)" });
        Assert.Contains(explanation.Policy, static fact => fact is { Attribute: "retry r: backoff", Value: "[1000]" });
        var text = explanation.ToString();
        Assert.Contains("link#1 is Unreachable: waits: Connect/ConnectionRefused, attempt 1, concealed, retry in 1000 ms", text, StringComparison.Ordinal);
        Assert.Contains("2030-01-01 00:00:00.000Z link#1 Unreachable: Nobody listens.", text, StringComparison.Ordinal);
        Assert.Contains("policy:   policy(3,", text, StringComparison.Ordinal);
        Assert.Contains("retry r: conceal = 65535", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_failure_leads_to_is_told_by_its_states_and_the_failure_once()
    {
        await using var world = new CoreWorld("""{ "s": [{ "link": { "endpoint": "peer.test", "port": 8080, "protocol": "raw" } }] }""");
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, _) = world.Create("link");
        world.Do(stream.Connect);

        var text = stream.Explain().ToString();

        Assert.Equal(2, text.Split("Nobody listens.").Length);
        Assert.Contains("link#1 Unreachable: Nobody listens.", text, StringComparison.Ordinal);
        Assert.Contains("\n  2030-01-01 00:00:00.000Z AllRetriesFailed Connect/ConnectionRefused, attempt 1, then idle [detail 1]\npolicy:", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notice_does_not_end_a_wait()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, handler) = world.Create("link");
        world.Do(stream.Connect);
        world.Do(() => stream.StartTimeout(TimeSpan.FromMilliseconds(1)));
        world.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SsState.Timeout, handler.States[^1]);

        Assert.Contains("retry in 1000 ms", stream.Explain().Now, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_that_was_taken_back_is_not_announced_any_more()
    {
        await using var world = new CoreWorld("""
            {
              "retry": [{ "r": { "backoff": [1000], "conceal": 0, "jitterpc": 0, "restart_after_ms": 30000 } }],
              "s": [{ "link": { "endpoint": "peer.test", "port": 8080, "protocol": "raw", "retry": "r" } }]
            }
            """);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, _) = world.Create("link");
        world.Do(stream.Connect);
        Assert.Contains("afresh in 30000 ms", stream.Explain().Now, StringComparison.Ordinal);

        world.Do(stream.Disconnect);

        Assert.Equal("idle until the application acts", stream.Explain().Now);
    }

    [Fact]
    public async Task It_keeps_the_last_events_and_no_more_and_answers_after_the_end()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        var (stream, _) = world.Create("link");
        world.Do(stream.Connect);
        world.PassSeconds(99);
        world.Play = static peer => peer.Accept();
        world.PassSeconds(1);
        world.Do(() => stream.DisposeAsync().AsTask());

        var explanation = stream.Explain();

        Assert.Equal("destroyed", explanation.Now);
        Assert.Equal(SsExplanation.Capacity, explanation.Events.Count);
        Assert.Equal([SsState.Unreachable, SsState.Connected, SsState.Disconnected, SsState.Destroying], explanation.Events.Skip(60).Select(static one => one.State));
        Assert.Equal(100, explanation.Events[60].Cause.Attempt);
        Assert.Equal(explanation.Events.OrderBy(static one => one.Time), explanation.Events);
    }

    [Fact]
    public async Task Transactions_that_succeed_leave_one_line()
    {
        await using var world = new CoreWorld("""
            { "s": [{ "http": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/" } }] }
            """);
        world.Play = static peer =>
        {
            peer.Accept();
            peer.Acknowledge(true, 200);
            peer.Close(null);
        };
        var (stream, _) = world.Create("http");
        for (var i = 0; i < 1000; i++)
            world.Do(stream.Connect);

        Assert.Equal(SsState.Connected, Assert.Single(stream.Explain().Events).State);
    }

    [Fact]
    public async Task Secrets_of_the_policy_are_not_told()
    {
        await using var world = new CoreWorld("""
            { "s": [{ "http": { "endpoint": "peer.test", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/", "via-socks5": "user:geheim@proxy:1080" } }] }
            """);
        var (stream, _) = world.Create("http");

        Assert.DoesNotContain("geheim", stream.Explain().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_may_be_asked_by_any_thread_while_the_stream_lives()
    {
        await using var bench = new CoreBench();
        bench.Network.OnAttempt = static peer =>
        {
            peer.Accept();
            peer.Close(new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, "Reset."));
        };
        var (stream, handler) = bench.Create("link");
        stream.Connect();
        var asking = Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
                Assert.True(stream.Explain().Events.Count <= SsExplanation.Capacity);
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 50; i++)
            await bench.PassAsync(TimeSpan.FromSeconds(1));
        await asking;
        await stream.DisposeAsync();
        handler.AssertClean();
    }
}
