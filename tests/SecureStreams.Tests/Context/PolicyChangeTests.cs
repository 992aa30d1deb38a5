using System.Text;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>What a change of policy does to streams that run: nothing to what is connected, everything to the next attempt.</summary>
public sealed class PolicyChangeTests
{
    [Fact]
    public async Task What_is_connected_goes_on_and_the_next_attempt_takes_the_change()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link");
        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Connected);

        bench.Context.ApplyOverlay("""{ "retry": [{ "default": { "backoff": [77, 2000] } }] }""");
        Assert.Equal("Creating Connecting Connected", handler.Story);

        // The delay is part of the next attempt: that of the policy in force, not of the one under which the connection was made.
        peer.Close(CoreBench.Reset);
        await bench.PassAsync(TimeSpan.FromMilliseconds(77));
        peer = await bench.NextAttemptAsync();
        peer.Close(CoreBench.Refused);
        await bench.PassAsync(TimeSpan.FromMilliseconds(77));
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
    }

    [Fact]
    public async Task Streams_whose_policy_is_equal_keep_the_very_object()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("plain");
        stream.Connect();
        var first = await EndAsync(1);
        bench.Context.ApplyOverlay("""{ "s": [{ "link": { "port": 81 } }] }""");
        stream.Connect();
        var second = await EndAsync(2);
        Assert.Same(first.Policy, second.Policy);
        Assert.DoesNotContain(bench.Log.Entries, static entry => entry.Id.Id == 1030);

        bench.Context.ApplyOverlay("""{ "s": [{ "plain": { "port": 81 } }] }""");
        stream.Connect();
        Assert.Equal(81, (await EndAsync(3)).Policy.Port);
        Assert.Single(bench.Log.Entries, static entry => entry.Id.Id == 1030);

        async Task<SecureStreams.Transports.InMemory.InMemoryPeer> EndAsync(int times)
        {
            var peer = await bench.NextAttemptAsync();
            peer.Accept();
            peer.Acknowledge(true, 200);
            peer.Close(null);
            await handler.WaitForStateAsync(SsState.Disconnected, times: times);
            return peer;
        }
    }

    [Theory]
    [InlineData("""{ "s": [{ "link": null }] }""", "no streamtype 'link'")]
    [InlineData("""{ "s": [{ "link": { "server": true, "endpoint": null } }] }""", "is a server now")]
    public async Task A_streamtype_that_is_gone_ends_its_streams_for_good(string overlay, string reason)
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("link");
        stream.Connect();
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Connected);

        var update = bench.Context.ApplyOverlay(overlay, "away");
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal("Creating Connecting Connected Disconnected Unreachable AllRetriesFailed", handler.Story);
        var cause = handler.CauseOf(SsState.AllRetriesFailed);
        Assert.Equal((SsPhase.Update, SsCauseCode.StreamTypeRemoved, SsNextAction.Idle), (cause.Phase, cause.Code, cause.NextAction));
        Assert.Contains(reason, bench.Context.Diagnostics.Find(cause.DetailId)!.Message, StringComparison.Ordinal);
        await peer.Ended;

        // An attempt says the same.
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed, times: 2);
        Assert.Equal(1, bench.Network.Attempts);

        // It is no verdict on the stream: with the streamtype back, it connects.
        bench.Context.RemoveOverlay(update.Overlay);
        stream.Connect();
        (await bench.NextAttemptAsync()).Accept();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
    }

    [Fact]
    public async Task Values_of_metadata_go_along_by_name()
    {
        await using var bench = new CoreBench();
        var (stream, handler) = bench.Create("nailed", options: new() { Metadata = { ["region"] = "uk", ["ctype"] = "text/plain" } });
        var peer = await bench.NextAttemptAsync();
        peer.Accept();
        await handler.WaitForStateAsync(SsState.Connected);

        // Other places, a new name, and one that is gone: what is declared belongs to the connection, so the stream makes another.
        handler.OnStateDo(SsState.Disconnected, one =>
        {
            Assert.Equal("text/plain", one.GetMetadata("ctype"));
            Assert.Null(one.GetMetadata("zone"));
            one.SetMetadata("zone", "b");
            Assert.Throws<SsMetadataException>(() => one.SetMetadata("size", "1"));
        });
        var update = bench.Context.UpdatePolicy(
            PolicyDocument.FromJson(CoreBench.Policy, "policy"),
            PolicyDocument.FromJson("""{ "s": [{ "nailed": { "endpoint": "peer.test", "metadata": null } }] }""", "none"),
            PolicyDocument.FromJson("""{ "s": [{ "nailed": { "metadata": [{ "zone": "x-zone:" }, { "region": "" }] } }] }""", "other"));
        Assert.Equal(new SsPolicyEffect("nailed", stream.Id, PolicyImpact.Recreate, SsPolicyAction.Reconnect), Assert.Single(update.Effects));

        await ReconnectedAsync(2);
        Assert.Equal(["zone", "region"], peer.Setup.Metadata.Declared.Select(static one => one.Name));
        Assert.Equal(("b", "uk"), (peer.Setup.Metadata.Outgoing(0), peer.Setup.Metadata.Outgoing(1)));
        var error = Assert.Throws<SsMetadataException>(() => stream.SetMetadata("ctype", "late"));
        Assert.Contains("'zone', 'region'", error.Message, StringComparison.Ordinal);
        Assert.Throws<SsMetadataException>(() => stream.GetMetadata("ctype"));

        // What was set for a name that comes back counts again.
        handler.OnStateDo(SsState.Disconnected, static _ => { });
        bench.Context.UpdatePolicy(CoreBench.Policy);
        await ReconnectedAsync(3);
        Assert.Equal(("uk", "text/plain"), (peer.Setup.Metadata.Outgoing(0), peer.Setup.Metadata.Outgoing(1)));
        Assert.Equal("text/plain", stream.GetMetadata("ctype"));
        Assert.Throws<SsMetadataException>(() => stream.GetMetadata("zone"));

        async Task ReconnectedAsync(int times)
        {
            peer = await bench.NextAttemptAsync();
            peer.Accept();
            await handler.WaitForStateAsync(SsState.Connected, times: times);
        }
    }

    [Fact]
    public async Task Readers_on_other_threads_never_see_a_value_under_another_name()
    {
        string[] orders = ["""{ "a": "" }, { "b": "" }, { "c": "" }""", """{ "c": "" }, { "a": "" }, { "x": "" }, { "b": "" }""", """{ "b": "" }"""];
        var policies = orders
            .Select(static names => PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{ "s": [{ "t": { "endpoint": "t.test", "metadata": [{{names}}] } }] }"""), "policy").Model!.StreamTypes["t"])
            .ToArray();

        // The last policy is always to come, so "b" may be spoken of at any time; "a" and "c" come and go.
        var store = new MetadataStore(policies[0], _ => policies[2]);
        foreach (var name in new[] { "a", "b", "c" })
            store.SetOnMailbox(store.Check(name, name), name);
        using var stop = new CancellationTokenSource();
        var token = stop.Token;
        var readers = new[] { "a", "b", "c" }.Select(name => Task.Run(() =>
        {
            var seen = 0;
            while (!token.IsCancellationRequested || seen == 0)
            {
                try
                {
                    Assert.Equal(name, store.Get(name));
                    seen++;
                }
                catch (SsMetadataException) when (name != "b")
                {
                    // Not declared just now.
                }
            }
        })).ToArray();
        for (var i = 0; i < 100_000; i++)
            store.FollowOnMailbox(policies[i % policies.Length]);
        store.FollowOnMailbox(policies[0]);
        await stop.CancelAsync();
        await Task.WhenAll(readers).OrFail(static () => "A reader does not end.");
        Assert.Equal(("a", "b", "c"), (store.Outgoing(0), store.Outgoing(1), store.Outgoing(2)));
    }
}
