using System.Collections.Concurrent;
using System.Text;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>Overlays on a context that runs: what is in force after each, and which are refused.</summary>
public sealed class LiveOverlayTests
{
    [Fact]
    public async Task An_overlay_changes_what_it_states_and_tells_which_streamtypes_that_touches()
    {
        await using var bench = new CoreBench();
        var before = bench.Context.Policy;
        var update = bench.Context.ApplyOverlay("""
            { "s": [{ "link": { "port": 81 }, "plain": { "port": 80 }, "extra": { "endpoint": "extra.test", "port": 1, "protocol": "raw" }, "once": null }] }
            """, "site");

        Assert.Equal(1, update.Revision);
        Assert.Equal("site", update.Overlay);
        Assert.Equal(["link"], update.Changed);
        Assert.Equal(["extra"], update.Added);
        Assert.Equal(["once"], update.Removed);
        Assert.Contains("~ streamtype 'link': port 80 -> 81", update.Difference.ToText(), StringComparison.Ordinal);
        Assert.Equal("revision 1 by 'site': 1 changed, 1 added, 1 removed", update.ToString());
        Assert.Equal(1, bench.Context.PolicyRevision);
        Assert.Equal(["site"], bench.Context.AppliedOverlays);
        Assert.Equal(81, bench.Context.Policy.StreamTypes["link"].Port);

        // What nothing was said of is the same object; what another layer says now is equal, and says where.
        Assert.Same(before.StreamTypes["http"], bench.Context.Policy.StreamTypes["http"]);
        Assert.Equal(before.StreamTypes["plain"], bench.Context.Policy.StreamTypes["plain"]);
        Assert.Equal("site", bench.Context.Policy.StreamTypes["plain"].Locate("port")!.Value.File);
        Assert.Contains(bench.Log.Entries, static entry => entry.Message == "'site' made policy revision 1: 1 streamtypes changed, 1 added, 1 removed; 0 streams and listeners touched");
    }

    [Fact]
    public async Task A_failing_overlay_changes_nothing_and_names_every_place()
    {
        await using var bench = new CoreBench();
        bench.Context.ApplyOverlay("""{ "s": [{ "link": { "port": 81 } }] }""", "site");
        var before = bench.Context.Policy;

        var error = Assert.Throws<SsPolicyException>(() => bench.Context.ApplyOverlay("{ \"s\": [{ \"link\": {\n  \"port\": 70000, \"retry\": \"none\" } }] }", "bad").EnsureNotRefused());
        Assert.Contains("'policy' with 'site' with 'bad'", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Diagnostics.Count);
        Assert.StartsWith("bad(2,11): error SSP0102", error.Diagnostics[0], StringComparison.Ordinal);
        Assert.StartsWith("bad(2,27): error SSP0202", error.Diagnostics[1], StringComparison.Ordinal);
        Assert.False(bench.Context.ApplyOverlay("no policy", "site").Applied);

        Assert.Same(before, bench.Context.Policy);
        Assert.Equal(1, bench.Context.PolicyRevision);
        Assert.Equal(["site"], bench.Context.AppliedOverlays);
    }

    [Fact]
    public async Task A_name_that_is_in_force_is_replaced_at_its_place()
    {
        await using var bench = new CoreBench();
        bench.Context.ApplyOverlay(Port(1), "first");
        bench.Context.ApplyOverlay(Port(2), "second");
        Assert.Empty(bench.Context.ApplyOverlay(Port(3), "first").Changed);
        Assert.Equal(2, PortOf(bench));
        Assert.Equal(["first", "second"], bench.Context.AppliedOverlays);

        Assert.Equal(["link"], bench.Context.RemoveOverlay("second")!.Changed);
        Assert.Equal(3, PortOf(bench));
        Assert.Equal(["link"], bench.Context.RemoveOverlay("first")!.Changed);
        Assert.Equal(80, PortOf(bench));
        Assert.Empty(bench.Context.AppliedOverlays);
        Assert.Equal(5, bench.Context.PolicyRevision);
    }

    [Fact]
    public async Task An_overlay_without_a_name_gets_one_and_always_adds()
    {
        await using var bench = new CoreBench();
        bench.Context.ApplyOverlay(Port(1), "overlay 1");
        var second = bench.Context.ApplyOverlay(Port(2));
        var third = bench.Context.ApplyOverlay(Port(3));
        Assert.Equal(["overlay 1", second.Overlay, third.Overlay], bench.Context.AppliedOverlays);
        Assert.Equal(3, bench.Context.AppliedOverlays.Distinct().Count());

        Assert.NotNull(bench.Context.RemoveOverlay(third.Overlay));
        Assert.Equal(2, PortOf(bench));
        Assert.Null(bench.Context.RemoveOverlay(third.Overlay));
        Assert.Equal(4, bench.Context.PolicyRevision);
    }

    [Fact]
    public async Task An_overlay_that_a_later_one_needs_is_not_removed()
    {
        await using var bench = new CoreBench();
        bench.Context.ApplyOverlay("""{ "retry": [{ "gentle": { "backoff": [9000] } }] }""", "schemes");
        bench.Context.ApplyOverlay("""{ "s": [{ "link": { "retry": "gentle" } }] }""", "use");

        var error = Assert.Throws<SsPolicyException>(() => bench.Context.RemoveOverlay("schemes")!.EnsureNotRefused());
        Assert.Contains("use(1,", Assert.Single(error.Diagnostics), StringComparison.Ordinal);
        Assert.Equal(["schemes", "use"], bench.Context.AppliedOverlays);
        Assert.Equal("gentle", bench.Context.Policy.StreamTypes["link"].Retry!.Name);
    }

    [Fact]
    public async Task The_text_is_copied()
    {
        await using var bench = new CoreBench();
        var bytes = Encoding.UTF8.GetBytes(Port(81));
        bench.Context.ApplyOverlay(new PolicyDocument(bytes, "site"));
        Array.Clear(bytes);
        bench.Context.ApplyOverlay("""{ "s": [{ "http": { "port": 82 } }] }""");
        Assert.Equal(81, PortOf(bench));
        Assert.Throws<ArgumentException>(() => bench.Context.ApplyOverlay(default(PolicyDocument)));
    }

    [Fact]
    public async Task Overlays_of_the_options_lie_under_those_that_are_applied()
    {
        await using var context = SsContext.FromJson(CoreBench.Policy, new() { Overlays = [PolicyDocument.FromJson(Port(81), "given")], StrictPolicy = true });
        Assert.Empty(context.AppliedOverlays);
        context.ApplyOverlay(Port(82), "given");
        Assert.Equal(82, context.Policy.StreamTypes["link"].Port);
        Assert.NotNull(context.RemoveOverlay("given"));
        Assert.Null(context.RemoveOverlay("given"));
        Assert.Equal(81, context.Policy.StreamTypes["link"].Port);

        // As strict as it was made.
        Assert.Contains("SSP", Assert.Single(Assert.Throws<SsPolicyException>(() => context.ApplyOverlay("""{ "s": [{ "link": { "prot": "raw" } }] }""").EnsureNotRefused()).Diagnostics), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_warnings_that_are_new_are_logged_again()
    {
        using var log = new TestLog();
        await using var context = SsContext.FromJson("""{ "s": [{ "x": { "endpoint": "a.test", "prot": 1 } }] }""", new() { LoggerFactory = log });
        Assert.Single(Warnings());
        var update = context.ApplyOverlay("""{ "s": [{ "x": { "endpiont": "b.test" } }] }""", "site");
        Assert.Equal(2, update.Diagnostics.Count);
        Assert.Equal(2, Warnings().Length);
        Assert.StartsWith("site(", Warnings()[1], StringComparison.Ordinal);
        log.AssertClean();

        string[] Warnings() => [.. log.Entries.Where(static entry => entry.Id.Id == 1100).Select(static entry => entry.Message)];
    }

    [Fact]
    public async Task A_context_of_a_bare_model_refuses_and_names_what_does_not()
    {
        var model = PolicyLoader.Load(Encoding.UTF8.GetBytes(CoreBench.Policy), "policy").Model!;
        await using var context = new LocalContext(model);
        Assert.Contains("FromFile", context.ApplyOverlay("{}").Refusal, StringComparison.Ordinal);
        Assert.Contains("FromFile", context.RemoveOverlay("x")!.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_many_and_no_more()
    {
        await using var bench = new CoreBench("""{ "s": [{ "link": { "endpoint": "peer.test", "port": 80, "protocol": "raw" } }] }""");
        for (var i = 0; i < LivePolicy.MaxOverlays; i++)
            bench.Context.ApplyOverlay(Port(i + 1), $"n{i}");
        Assert.Contains("256", bench.Context.ApplyOverlay(Port(9), "more").Refusal, StringComparison.Ordinal);
        bench.Context.ApplyOverlay(Port(9), "n255");
        Assert.Equal(9, PortOf(bench));
    }

    [Fact]
    public async Task A_disposed_context_takes_none()
    {
        var bench = new CoreBench();
        await bench.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => bench.Context.ApplyOverlay("{}"));
        Assert.Throws<ObjectDisposedException>(() => bench.Context.RemoveOverlay("x"));
    }

    [Fact]
    public async Task Threads_that_change_the_policy_while_streams_run_and_end_leave_a_sum_of_what_they_applied()
    {
        await using var bench = new CoreBench();
        bench.Network.OnAttempt = static peer =>
        {
            peer.Accept();
            peer.Acknowledge(true, 200);
            peer.Close(null);
        };
        var transactions = 0;
        var handler = new RecordingHandler().OnStateDo(SsState.Disconnected, stream =>
        {
            if (Interlocked.Increment(ref transactions) < 2000)
                stream.Connect();
        });
        for (var i = 0; i < 4; i++)
            bench.Context.Create("plain", handler).Connect();

        var revisions = new ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 1; i <= 25; i++)
            {
                revisions.Add(bench.Context.ApplyOverlay($$"""{ "s": [{ "plain": { "http_url": "/{{thread}}/{{i}}" }, "own{{thread}}": { "endpoint": "x.test", "port": {{i}}, "protocol": "raw" } }] }""", $"by {thread}").Revision);
                Assert.NotNull(bench.Context.ApplyOverlay("""{ "s": 1 }""", $"by {thread}").Refusal);
                if (i % 5 == 0)
                    revisions.Add(bench.Context.RemoveOverlay($"by {thread}")!.Revision);
                if (i % 5 == 0 && i < 25)
                    Assert.Null(bench.Context.RemoveOverlay($"by {thread}"));
            }

            revisions.Add(bench.Context.ApplyOverlay($$"""{ "s": [{ "own{{thread}}": { "endpoint": "x.test", "port": {{1000 + thread}}, "protocol": "raw" } }] }""", $"by {thread}").Revision);
        })));

        // Each change has a number of its own, and none was lost.
        Assert.Equal(Enumerable.Range(1, 4 * (25 + 5 + 1)).Select(static n => (long)n), revisions.Order());
        for (var thread = 0; thread < 4; thread++)
            Assert.Equal(1000 + thread, bench.Context.Policy.StreamTypes[$"own{thread}"].Port);
        Assert.Equal("/", bench.Context.Policy.StreamTypes["plain"].Http!.Url.Text);

        // And while the context goes.
        var changing = Task.Run(() =>
        {
            while (true)
                bench.Context.ApplyOverlay(Port(81), "late");
        }, TestContext.Current.CancellationToken);
        await bench.Context.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => changing).OrFail(handler.Describe);
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task An_overlay_moves_a_streamtype_to_another_server_at_its_next_transaction()
    {
        await using var here = await KestrelTestHost.StartAsync();
        await using var there = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromJson($$"""
            { "s": [{ "api": { "endpoint": "127.0.0.1", "port": {{here.HttpPort}}, "protocol": "h1", "http_method": "GET", "http_url": "/bytes/5" } }] }
            """);
        var handler = new RecordingHandler();
        await using var stream = context.Create("api", handler);
        await TransactAsync(1);
        await TransactAsync(2);
        Assert.Equal(2, here.Requests.Count);

        context.ApplyOverlay($$"""{ "s": [{ "api": { "port": {{there.H2cPort}}, "protocol": "h2" } }] }""", "move");
        await TransactAsync(3);
        Assert.Equal(2, here.Requests.Count);
        Assert.Equal("HTTP/2", Assert.Single(there.Requests).Protocol);

        context.RemoveOverlay("move");
        await TransactAsync(4);
        Assert.Equal(3, here.Requests.Count);
        Assert.Equal(1, here.Http.Accepted);
        handler.AssertClean();

        async Task TransactAsync(int times)
        {
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected, times: times);
        }
    }

    private static string Port(int port) => $$"""{ "s": [{ "link": { "port": {{port}} } }] }""";

    private static int PortOf(CoreBench bench) => bench.Context.Policy.StreamTypes["link"].Port;
}
