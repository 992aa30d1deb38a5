using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

public sealed class LocalContextTests
{
    [Fact]
    public async Task An_unknown_streamtype_throws_and_names_those_there_are_and_TryCreate_tells_the_same()
    {
        await using var bench = new CoreBench();
        var error = Assert.Throws<SsPolicyException>(() => bench.Context.Create("htpp", new RecordingHandler()));
        Assert.Contains("'htpp'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'http'", error.Message, StringComparison.Ordinal);

        Assert.False(bench.Context.TryCreate("htpp", new RecordingHandler(), null, out var stream, out var failure));
        Assert.Null(stream);
        Assert.Equal(error.Message, failure);
        Assert.True(bench.Context.TryCreate("http", new RecordingHandler(), null, out stream, out failure));
        Assert.NotNull(stream);
        Assert.Null(failure);
    }

    [Fact]
    public async Task A_server_streamtype_without_a_listener_factory_throws_and_names_the_call_that_registers_one()
    {
        await using var bench = new CoreBench("""{ "s": [{ "srv": { "server": true, "port": 0, "protocol": "raw" }, "cli": { "endpoint": "x.test", "port": 1, "protocol": "raw" } }] }""");
        Assert.Contains("UseServer()", Assert.Throws<SsPolicyException>(() => bench.Context.CreateListener("srv", static _ => new RecordingHandler())).Message, StringComparison.Ordinal);
        Assert.Contains("CreateListener", Assert.Throws<SsPolicyException>(() => bench.Context.Create("srv", new RecordingHandler())).Message, StringComparison.Ordinal);
        Assert.Contains("not a server", Assert.Throws<SsPolicyException>(() => bench.Context.CreateListener("cli", static _ => new RecordingHandler())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_policy_throws_with_every_diagnostic_and_its_place()
    {
        var error = Assert.Throws<SsPolicyException>(() => SsContext.FromJson("""
            { "s": [{ "x": { "endpoint": "a.test", "port": 70000, "protocol": "h9", "retry": "none" } }] }
            """));
        Assert.Equal(3, error.Diagnostics.Count(static line => line.Contains(": error SSP", StringComparison.Ordinal)));
        Assert.All(error.Diagnostics, static line => Assert.StartsWith("policy(1,", line, StringComparison.Ordinal));
        Assert.Contains("70000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_policy_asks_for_and_does_not_get_is_logged_once_for_each_attribute()
    {
        using var log = new TestLog();
        await using var context = SsContext.FromJson("""
            { "s": [{ "b": { "endpoint": "b.test", "port": 443, "tls": true, "payload_fmt": "a text" },
                      "a": { "endpoint": "a.test", "port": 443, "tls": true, "payload_fmt": "a text", "h2q_oflow_txcr": true } }] }
            """, new() { LoggerFactory = log });
        Assert.Equal(
            ["policy(2,81): streamtype 'a': payload_fmt is accepted, not acted on in this release; it is stated 2 times in all",
             "policy(2,109): streamtype 'a': h2q_oflow_txcr is accepted, not acted on in this release; it is stated 1 times in all"],
            log.Entries.Where(static entry => entry.Id.Id == 1101).Select(static entry => entry.Message).Order(StringComparer.Ordinal).Reverse());
        log.AssertClean();
    }

    [Fact]
    public void A_missing_policy_file_throws_and_names_it() =>
        Assert.Contains("no-such-policy.json", Assert.Throws<SsPolicyException>(static () => SsContext.FromFile("no-such-policy.json")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Creating_is_delivered_before_Create_returns_and_before_any_connect()
    {
        await using var bench = new CoreBench();
        var thread = 0;
        var (_, handler) = bench.Create("nailed", h => h.OnStateDo(SsState.Creating, _ => thread = Environment.CurrentManagedThreadId), new() { Metadata = { ["region"] = "uk" } });
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(SsState.Creating, handler.States[0]);
        await handler.WaitForStateAsync(SsState.Connecting);
    }

    [Fact]
    public async Task A_disposed_context_makes_no_streams_and_a_disposed_stream_takes_no_calls()
    {
        var bench = new CoreBench();
        var (stream, handler) = bench.Create("link");
        await bench.DisposeAsync();

        handler.AssertCleanAndDestroyed();
        Assert.Throws<ObjectDisposedException>(() => bench.Context.Create("link", new RecordingHandler()));
        Assert.Throws<ObjectDisposedException>(stream.Connect);
        Assert.Throws<ObjectDisposedException>(stream.RequestTransmit);
        Assert.Throws<ObjectDisposedException>(() => stream.RequestTransmit(1));
        Assert.Throws<ObjectDisposedException>(stream.Disconnect);
        Assert.Throws<ObjectDisposedException>(() => stream.StartTimeout(TimeSpan.FromSeconds(1)));
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task Bad_arguments_throw_on_the_callers_thread()
    {
        await using var bench = new CoreBench();
        var (stream, _) = bench.Create("link");
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.RequestTransmit(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.StartTimeout(TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.StartTimeout(TimeSpan.FromDays(50)));
        Assert.Throws<ArgumentNullException>(() => bench.Context.Create("link", (SecureStreamHandler)null!));
    }
}
